#pragma once

#include <cstdint>

#include "sweep/settings.hpp"

namespace kindred::train {

/// Stochastic gradient descent with momentum and weight decay, PyTorch's formula:
/// v = momentum v + (g + weight_decay w), w = w - learning_rate v.
struct Sgd {
  explicit Sgd(const sweep::RunSettings& settings);
  float learning_rate, momentum, weight_decay;

  /// One pass over `size` elements: weights, velocity (0 before the first step), gradient.
  void step(float* weights, float* velocity, const float* gradient, std::int64_t size) const;
};

}  // namespace kindred::train
