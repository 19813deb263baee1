#include <algorithm>
#include <cmath>
#include <experimental/simd>
#include <limits>

#include "compare/kolmogorov_smirnov.hpp"

namespace kindred::compare {
namespace {

constexpr std::size_t lanes = 16;
using Floats = std::experimental::fixed_size_simd<float, lanes>;

}  // namespace

KolmogorovSmirnovGrid::KolmogorovSmirnovGrid(const std::vector<std::span<const float>>& sorted_samples) {
  constexpr std::size_t most_cells = most_points - 1, values_per_cell = most_values / most_cells;
  std::size_t cells = 1;
  for (const auto& sample : sorted_samples) cells = std::max(cells, sample.size() / values_per_cell);
  cells = std::min(cells, most_cells);
  std::vector<float> values;
  for (const auto& sample : sorted_samples) {
    const std::size_t taken = std::min(sample.size(), 8 * cells / sorted_samples.size() + 1);
    for (std::size_t k = 0; k < taken; ++k) values.push_back(sample[k * sample.size() / taken]);
  }
  std::ranges::sort(values);
  cells = std::min(cells, std::max<std::size_t>(values.size(), 1));

  constexpr float infinity = std::numeric_limits<float>::infinity();
  points_.push_back(-infinity);
  for (std::size_t cell = 1; cell < cells; ++cell) {
    const float value = values[cell * values.size() / cells];
    // A value that fills several cells gets one for itself, which no pair looks into.
    if (value == points_.back())
      points_.push_back(std::nextafter(value, infinity));
    else if (value > points_.back())
      points_.push_back(value);
  }
  points_.push_back(infinity);
}

void KolmogorovSmirnovGrid::count(std::span<const float> sorted, std::int32_t* below) const {
  std::size_t at = 0;
  for (std::size_t k = 0; k < points_.size(); ++k) {
    const float point = points_[k];
    while (at + lanes <= sorted.size() && sorted[at + lanes - 1] < point) at += lanes;
    if (at + lanes <= sorted.size()) {
      below[k] = static_cast<std::int32_t>(at) +
                 popcount(Floats(sorted.data() + at, std::experimental::element_aligned) < Floats(point));
    } else {
      while (at < sorted.size() && sorted[at] < point) ++at;
      below[k] = static_cast<std::int32_t>(at);
    }
  }
}

}  // namespace kindred::compare
