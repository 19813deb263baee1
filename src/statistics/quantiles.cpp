#include "statistics/quantiles.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "statistics/radix_sort.hpp"

namespace kindred::statistics {
namespace {

// Without branches: which of the two is taken next is as good as random.
void merge_sorted(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, std::uint32_t* out) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    const std::uint32_t left = a[i], right = b[j];
    const bool take_right = right < left;
    *out++ = take_right ? right : left;
    i += !take_right;
    j += take_right;
  }
  out = std::copy(a.begin() + static_cast<std::ptrdiff_t>(i), a.end(), out);
  std::copy(b.begin() + static_cast<std::ptrdiff_t>(j), b.end(), out);
}

}  // namespace

void Quantiles::interpolate(std::span<const std::uint32_t> sorted, std::span<float> out) const {
  if (sorted.empty()) {
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
    return;
  }
  const std::size_t last = sorted.size() - 1;
  for (std::size_t p = 0; p < out.size(); ++p) {
    const double position = static_cast<double>(last) * probabilities_[p];
    const std::size_t below = std::min(static_cast<std::size_t>(position), last);
    const double a = value_of(sorted[below]), b = value_of(sorted[std::min(below + 1, last)]);
    const double t = position - static_cast<double>(below);
    // numpy's form: from the nearer end, so that the result is monotonic in t.
    out[p] = static_cast<float>(t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t);
  }
}

// The segments are sorted already. Joining them one by one, smallest first, moves few values when one
// segment holds most of them, as in a dense network; with many like ones, sorting afresh is quicker.
std::span<const std::uint32_t> Quantiles::sort_all(std::vector<std::span<std::uint32_t>>& parts) {
  std::size_t total = 0, moved = 0;
  for (const auto& part : parts) total += part.size();
  std::sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  std::size_t joined = 0;
  for (const auto& part : parts) moved += joined += part.size();
  if (moved > 2 * total) {
    std::uint32_t* end = merged_.data();
    for (const auto& part : parts) end = std::copy(part.begin(), part.end(), end);
    radix_sort<std::uint32_t>(std::span(merged_).first(total), sorted_.data(), scratch_.data());
    return std::span(sorted_).first(total);
  }
  std::span<std::uint32_t> sum;
  std::uint32_t *next = merged_.data(), *other = scratch_.data();
  for (const auto& part : parts) {
    merge_sorted(sum, part, next);
    sum = {next, sum.size() + part.size()};
    std::swap(next, other);
  }
  return sum;
}

void Quantiles::compute(std::span<const Segment> segments, std::span<float> out) {
  std::size_t total = 0;
  for (const Segment& segment : segments) total += static_cast<std::size_t>(segment.size);
  KINDRED_EXPECT(total <= std::numeric_limits<std::uint32_t>::max());
  for (auto* buffer : {&sorted_, &merged_, &scratch_})
    if (buffer->size() < total) buffer->resize(total);
  std::vector<std::span<std::uint32_t>> parts;
  std::uint32_t* next = sorted_.data();
  std::size_t row = 0;
  const std::size_t columns = probabilities_.size();
  for (const Segment& segment : segments) {
    const std::span values(segment.data, static_cast<std::size_t>(segment.size));
    parts.emplace_back(next, radix_sort<float>(values, next, scratch_.data()));
    interpolate(parts.back(), out.subspan(row++ * columns, columns));
    next += segment.size;
  }
  interpolate(sort_all(parts), out.subspan(row * columns, columns));
}

}  // namespace kindred::statistics
