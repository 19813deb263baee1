#pragma once

#include <cstdint>

#include "train/engine.hpp"

namespace kindred::train {

/// Softmax cross-entropy of logits [samples, classes] against labels, summed.
/// `gradient`, unless null, receives the derivative of the sum times `share` by the logits, [samples,
/// classes].
Sums cross_entropy(const float* logits, const std::uint8_t* labels, std::int64_t samples,
                   std::int64_t classes, float* gradient = nullptr, float share = 1);

}  // namespace kindred::train
