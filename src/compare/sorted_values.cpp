#include "compare/sorted_values.hpp"

#include <hwy/contrib/sort/vqsort.h>

#include <algorithm>
#include <cmath>

namespace kindred::compare {

SortedValues::SortedValues(Family family, const Source& source) : source_(source) {
  const auto& cohort = *source.cohort;
  const auto slice = static_cast<std::size_t>(source.slice);
  if (family == Family::spectra) {
    const auto& matrices = cohort.matrices;
    size_ = slice < matrices.size() ? matrices[slice].size : matrices.back().offset + matrices.back().size;
    read_ = [this](std::int64_t row, Values out) { read_singular_values(row, out); };
  } else if (family == Family::node_strengths) {
    size_ = cohort.layers[slice].size;
    read_ = [this, offset = cohort.layers[slice].offset](std::int64_t row, Values out) {
      read_snapshot(source_, "node_strength", row, offset, out);
    };
  } else {
    size_ = cohort.parameters[slice].size;
    const bool standardized = family == Family::standardized_weights;
    read_ = [this, standardized, offset = cohort.parameters[slice].offset](std::int64_t row, Values out) {
      read_weights(source_, row, offset, out);
      if (standardized) standardize(out);
    };
  }
}

void SortedValues::read_singular_values(std::int64_t row, Values out) const {
  const auto& matrices = source_.cohort->matrices;
  const auto slice = static_cast<std::size_t>(source_.slice);
  const auto parts = slice < matrices.size() ? std::span(matrices).subspan(slice, 1) : std::span(matrices);
  const auto offset = parts.front().offset;
  read_snapshot(source_, "singular_values", row, offset, out);
  for (const auto& part : parts) {
    const auto values =
        out.subspan(static_cast<std::size_t>(part.offset - offset), static_cast<std::size_t>(part.size));
    const float largest = *std::max_element(values.begin(), values.end());
    if (largest > 0)
      for (float& value : values) value /= largest;
  }
}

bool SortedValues::load(std::int64_t row, float* out) {
  const Values values(out, static_cast<std::size_t>(size_));
  read_(row, values);
  float differences = 0;  // NaN as soon as one value is not finite
#pragma omp simd reduction(+ : differences)
  for (std::size_t i = 0; i < values.size(); ++i) differences += values[i] - values[i];
  if (differences != 0) return false;
  hwy::Sorter()(out, values.size(), hwy::SortAscending());
  return true;
}

void standardize(std::span<float> values) {
  const auto n = static_cast<double>(values.size());
  double sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < values.size(); ++i) sum += static_cast<double>(values[i]);
  const double mean = sum / n;
#pragma omp simd reduction(+ : squares)
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double distance = static_cast<double>(values[i]) - mean;
    squares += distance * distance;
  }
  const double deviation = std::sqrt(squares / n);
  const bool constant = std::all_of(values.begin(), values.end(), [&](float v) { return v == values[0]; });
  for (float& value : values)
    value = constant ? 0.0f : static_cast<float>((static_cast<double>(value) - mean) / deviation);
}

QuantileSteps::QuantileSteps(std::int64_t left, std::int64_t right) {
  // Breaks lie at multiples of 1 / left and of 1 / right; in units of 1 / (left * right) they are whole.
  std::int64_t i = 0, j = 0, position = 0;
  const auto whole = static_cast<double>(left) * static_cast<double>(right);
  const auto most = static_cast<std::size_t>(left + right);
  left_index.reserve(most), right_index.reserve(most), widths.reserve(most);
  while (i < left && j < right) {
    const std::int64_t end = std::min((i + 1) * right, (j + 1) * left);
    left_index.push_back(i);
    right_index.push_back(j);
    widths.push_back(static_cast<float>(static_cast<double>(end - position) / whole));
    position = end;
    if (end == (i + 1) * right) ++i;
    if (end == (j + 1) * left) ++j;
  }
}

}  // namespace kindred::compare
