#include "train/optimizer.hpp"

namespace kindred::train {

Sgd::Sgd(const sweep::RunSettings& settings)
    : learning_rate(static_cast<float>(settings.real("train.learning_rate"))),
      momentum(static_cast<float>(settings.real("train.momentum"))),
      weight_decay(static_cast<float>(settings.real("train.weight_decay"))) {}

void Sgd::step(float* __restrict weights, float* __restrict velocity, const float* __restrict gradient,
               std::int64_t size) const {
  for (std::int64_t i = 0; i < size; ++i) {
    const float v = momentum * velocity[i] + (gradient[i] + weight_decay * weights[i]);
    velocity[i] = v;
    weights[i] -= learning_rate * v;
  }
}

}  // namespace kindred::train
