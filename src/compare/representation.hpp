#pragma once

#include <ATen/ATen.h>

#include "compare/source.hpp"

namespace kindred::compare {

/// A network's representation of the first probe images, recomputed from its stored weights. Independent.
class Representation {
 public:
  /// Throws train::OutOfDeviceMemory.
  explicit Representation(const Source& source);
  /// [probes, width], float, where the source's device is; may hold values that are not finite. Callers
  /// translate LibTorch's errors, of what they do with it too (train/torch/device_errors.hpp).
  at::Tensor compute(std::int64_t row) const;
  std::int64_t probes() const { return source_.probes; }
  std::int64_t width() const { return width_; }

 private:
  Source source_;
  std::int64_t width_ = 0;
  at::Tensor images_;  // [probes, inputs], where the device is
};

}  // namespace kindred::compare
