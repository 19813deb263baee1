#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "statistics/describe.hpp"

namespace kindred::statistics {

/// Exact quantiles of segments in host memory, by sorting. NaN and infinities are left out.
class Quantiles {
 public:
  /// `probabilities` in [0, 1].
  explicit Quantiles(std::vector<double> probabilities) : probabilities_(std::move(probabilities)) {}

  /// out: [segments + 1, probabilities]; the last row is of all segments together. NaN where there is no
  /// value.
  void compute(std::span<const Segment> segments, std::span<float> out);

 private:
  void interpolate(std::span<const std::uint32_t> sorted, std::span<float> out) const;
  std::span<const std::uint32_t> sort_all(std::vector<std::span<std::uint32_t>>& parts);

  std::vector<double> probabilities_;
  std::vector<std::uint32_t> sorted_, merged_, scratch_;
};

}  // namespace kindred::statistics
