#include "compare/jensen_shannon.hpp"

#include <algorithm>
#include <cstring>

#include "compare/divergence_part.hpp"

namespace kindred::compare {
namespace {

constexpr std::int64_t chunk = 1024;  // bins summed in fp32
constexpr std::int64_t group = 16;    // bins of a vector, and what rows are padded to

/// Bins beyond which a histogram is empty, in whole groups.
struct Range {
  std::int64_t first, last;
};

/// A row of shares: high parts, low parts, both with zeros up to whole groups, and the range.
struct Shares {
  Shares(const float* row, std::int64_t bins) : high(row), low(row + FeatureRows::padded_length(bins)) {
    std::memcpy(&range, low + FeatureRows::padded_length(bins), sizeof(range));
  }
  const float *high, *low;
  Range range;
};

double distance(const Shares& p, const Shares& q) {
  // What is empty in both adds nothing; whole groups spare a remainder.
  const std::int64_t end = std::max(p.range.last, q.range.last);
  double sum = 0;
  for (std::int64_t first = std::min(p.range.first, q.range.first); first < end; first += chunk) {
    const std::int64_t last = std::min(first + chunk, end);
    float part = 0;
#pragma omp simd reduction(+ : part)
    for (std::int64_t bin = first; bin < last; ++bin)
      part +=
          divergence_part((p.high[bin] - q.high[bin]) + (p.low[bin] - q.low[bin]), p.high[bin] + q.high[bin]);
    sum += static_cast<double>(part);
  }
  return jensen_shannon_distance(sum);
}

}  // namespace

std::int64_t shares_length(std::int64_t bins) {
  return 2 * FeatureRows::padded_length(bins) + static_cast<std::int64_t>(sizeof(Range) / sizeof(float));
}

bool make_shares(std::span<const std::uint32_t> counts, float* out) {
  const auto bins = static_cast<std::int64_t>(counts.size()), whole = FeatureRows::padded_length(bins);
  float *const high = out, *const low = out + whole;
  std::fill_n(out, 2 * whole, 0.0f);
  const std::uint32_t* const of = counts.data();
  double total = 0;
#pragma omp simd reduction(+ : total)
  for (std::int64_t bin = 0; bin < bins; ++bin) total += of[bin];
#pragma omp simd
  for (std::int64_t bin = 0; bin < bins; ++bin) {
    const double share = of[bin] / total;
    high[bin] = static_cast<float>(share);
    low[bin] = static_cast<float>(share - static_cast<double>(high[bin]));
  }
  Range range{0, whole};  // of NaN
  if (total > 0) {
    range = {0, bins};
    while (of[range.first] == 0) ++range.first;
    while (of[range.last - 1] == 0) --range.last;
    range = {range.first / group * group, FeatureRows::padded_length(range.last)};
  }
  std::memcpy(low + whole, &range, sizeof(range));
  return total > 0;
}

void jensen_shannon(const BlockPair& pair, std::int64_t bins, PairSums& out) {
  for (std::int64_t i = 0; i < pair.rows; ++i) {
    const Shares left(pair.left + i * pair.stride, bins);
    for (std::int64_t j = pair.diagonal ? i : 0; j < pair.columns; ++j)
      out[static_cast<std::size_t>(i * block_runs + j)] =
          distance(left, Shares(pair.right + j * pair.stride, bins));
  }
}

}  // namespace kindred::compare
