#include "compare/predictions.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "compare/divergence_part.hpp"

namespace kindred::compare {
namespace {

constexpr std::int64_t group = 64;  // probes

template <class Value>
void for_each_pair(const BlockPair& pair, PairSums& out, const Value& value) {
  for (std::int64_t i = 0; i < pair.rows; ++i)
    for (std::int64_t j = pair.diagonal ? i : 0; j < pair.columns; ++j)
      out[static_cast<std::size_t>(i * block_runs + j)] =
          value(pair.left + i * pair.stride, pair.right + j * pair.stride);
}

/// Sum of the distances of the first `probes` of a group; p and q: [classes, probes].
inline double group_distances(const float* p, const float* q, std::int64_t classes, std::int64_t probes) {
  alignas(64) float parts[group] = {};
  for (std::int64_t c = 0; c < classes; ++c, p += probes, q += probes)
#pragma omp simd
    for (std::int64_t k = 0; k < probes; ++k) parts[k] += divergence_part(p[k] - q[k], p[k] + q[k]);
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::int64_t k = 0; k < probes; ++k) sum += jensen_shannon_distance(static_cast<double>(parts[k]));
  return sum;
}

}  // namespace

void probabilities(std::span<const float> logits, std::int64_t classes, float* row) {
  const std::int64_t probes = static_cast<std::int64_t>(logits.size()) / classes;
  for (std::int64_t probe = 0; probe < probes; ++probe) {
    const auto x =
        logits.subspan(static_cast<std::size_t>(probe * classes), static_cast<std::size_t>(classes));
    const std::int64_t first = probe / group * group, width = std::min(group, probes - first);
    float* const out = row + first * classes + (probe - first);
    const auto largest = static_cast<double>(std::ranges::max(x));
    double sum = 0;
    for (const float value : x)
      sum += std::isfinite(value) ? std::exp(static_cast<double>(value) - largest)
                                  : std::numeric_limits<double>::quiet_NaN();
    for (std::int64_t c = 0; c < classes; ++c)
      out[c * width] =
          static_cast<float>(std::exp(static_cast<double>(x[static_cast<std::size_t>(c)]) - largest) / sum);
  }
}

void prediction_distances(const BlockPair& pair, std::int64_t probes, std::int64_t classes, PairSums& out) {
  for_each_pair(pair, out, [probes, classes](const float* a, const float* b) {
    double sum = 0;
    std::int64_t first = 0;
    for (; first + group <= probes; first += group)
      sum += group_distances(a + first * classes, b + first * classes, classes, group);
    if (first < probes)
      sum += group_distances(a + first * classes, b + first * classes, classes, probes - first);
    return sum / static_cast<double>(probes);
  });
}

}  // namespace kindred::compare
