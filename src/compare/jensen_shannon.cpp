#include "compare/jensen_shannon.hpp"

#include <algorithm>
#include <vector>

#include "compare/divergence_part.hpp"

namespace kindred::compare {
namespace {

constexpr std::int64_t chunk = 1024;  // bins summed in fp32
constexpr std::int64_t group = 16;    // bins of a vector, and what FeatureRows pads to

/// Shares of the total as sums of two floats: the difference of two shares then is as exact as the counts'.
struct Shares {
  Shares(const float* rows, std::int64_t count, std::int64_t stride, std::int64_t bins)
      : high(count, bins), low(count, bins) {
    for (std::int64_t i = 0; i < count; ++i) {
      const float* const counts = rows + i * stride;
      const auto first = std::find_if(counts, counts + bins, [](float value) { return value != 0; }) - counts;
      auto last = bins;
      while (last > first && counts[last - 1] == 0) --last;
      used.push_back({first / group * group, FeatureRows::padded_length(last)});
      double total = 0;
#pragma omp simd reduction(+ : total)
      for (std::int64_t bin = 0; bin < bins; ++bin) total += static_cast<double>(counts[bin]);
      float *const h = high.row(i), *const l = low.row(i);
#pragma omp simd
      for (std::int64_t bin = 0; bin < bins; ++bin) {
        const double share = static_cast<double>(counts[bin]) / total;
        h[bin] = static_cast<float>(share);
        l[bin] = static_cast<float>(share - static_cast<double>(h[bin]));
      }
    }
  }
  FeatureRows high, low;
  struct Bins {
    std::int64_t first, last;
  };
  std::vector<Bins> used;  ///< of each row; the others are empty
};

double distance(const Shares& a, std::int64_t i, const Shares& b, std::int64_t j) {
  const float *const p = a.high.row(i), *const p_low = a.low.row(i);
  const float *const q = b.high.row(j), *const q_low = b.low.row(j);
  // What is empty in both adds nothing; whole groups spare a remainder.
  const auto [a_first, a_last] = a.used[static_cast<std::size_t>(i)];
  const auto [b_first, b_last] = b.used[static_cast<std::size_t>(j)];
  const std::int64_t end = std::max(a_last, b_last);
  double sum = 0;
  for (std::int64_t first = std::min(a_first, b_first); first < end; first += chunk) {
    const std::int64_t last = std::min(first + chunk, end);
    float part = 0;
#pragma omp simd reduction(+ : part)
    for (std::int64_t bin = first; bin < last; ++bin)
      part += divergence_part((p[bin] - q[bin]) + (p_low[bin] - q_low[bin]), p[bin] + q[bin]);
    sum += static_cast<double>(part);
  }
  return jensen_shannon_distance(sum);
}

}  // namespace

void jensen_shannon(const BlockPair& pair, std::int64_t bins, PairSums& out) {
  const Shares left(pair.left, pair.rows, pair.stride, bins);
  const Shares right(pair.right, pair.columns, pair.stride, bins);
  for (std::int64_t i = 0; i < pair.rows; ++i)
    for (std::int64_t j = pair.diagonal ? i : 0; j < pair.columns; ++j)
      out[static_cast<std::size_t>(i * block_runs + j)] = distance(left, i, right, j);
}

}  // namespace kindred::compare
