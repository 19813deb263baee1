#pragma once

#include <cstdint>
#include <vector>

namespace kindred::statistics {

/// Doubles that are worked on together. Their number is part of every sum over lanes, so it is the same
/// everywhere.
constexpr std::int64_t double_lanes = 8;

/// The next multiple of double_lanes.
constexpr std::int64_t padded(std::int64_t size) {
  return (size + double_lanes - 1) / double_lanes * double_lanes;
}

/// Scratch memory that starts at a cache line.
class DoubleBuffer {
 public:
  /// At least `size` doubles; what they hold is lost when that is more than ever before.
  double* reserve(std::int64_t size) {
    const auto wanted = static_cast<std::size_t>(padded(size) / double_lanes + 1);
    if (lines_.size() < wanted) {
      lines_.clear();
      lines_.resize(wanted);
    }
    return lines_.data()->values;
  }

 private:
  struct alignas(64) Line {
    double values[double_lanes];
  };
  std::vector<Line> lines_;
};

}  // namespace kindred::statistics
