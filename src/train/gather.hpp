#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/dataset.hpp"

namespace kindred::train {

/// Turns bytes into network inputs: (x/255 - mean) / standard deviation, per channel, as one multiply-add.
class Normalizer {
 public:
  explicit Normalizer(const data::DatasetInfo& info);

  /// Images indices[0..] of `images` [n, pixels] into `out` [indices, pixels].
  void gather(std::span<const std::uint8_t> images, std::span<const std::uint32_t> indices, float* out) const;
  /// Images first..first+count-1.
  void range(std::span<const std::uint8_t> images, std::int64_t first, std::int64_t count, float* out) const;

 private:
  void image(const std::uint8_t* bytes, float* out) const;
  std::int64_t pixels_, plane_;
  std::vector<float> factor_, shift_;  // per channel
};

}  // namespace kindred::train
