#include "train/optimizer.hpp"

#include <cmath>

namespace kindred::train {

Sgd::Sgd(const sweep::RunSettings& settings)
    : learning_rate(settings.real("train.learning_rate")),
      momentum(settings.real("train.momentum")),
      weight_decay(settings.real("train.weight_decay")) {}

void Sgd::update(std::int64_t /*step*/, double factor, float* __restrict weights, float* const* state,
                 const float* __restrict gradient, std::int64_t size) const {
  float* __restrict velocity = state[0];
  const auto rate = static_cast<float>(learning_rate * factor), keep = static_cast<float>(momentum),
             decay = static_cast<float>(weight_decay);
  for (std::int64_t i = 0; i < size; ++i) {
    const float v = keep * velocity[i] + (gradient[i] + decay * weights[i]);
    velocity[i] = v;
    weights[i] -= rate * v;
  }
}

Adam::Adam(const sweep::RunSettings& settings)
    : learning_rate(settings.real("train.learning_rate")),
      beta1(settings.real("train.beta1")),
      beta2(settings.real("train.beta2")),
      epsilon(settings.real("train.epsilon")),
      weight_decay(settings.real("train.weight_decay")),
      decoupled(settings.text("train.optimizer") == "adamw") {}

void Adam::update(std::int64_t step, double factor, float* __restrict weights, float* const* state,
                  const float* __restrict gradient, std::int64_t size) const {
  float* __restrict first = state[0];
  float* __restrict second = state[1];
  const double rate = learning_rate * factor, t = static_cast<double>(step);
  const auto size_of_step = static_cast<float>(rate / (1 - std::pow(beta1, t)));
  const auto correction = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, t)));
  const auto b1 = static_cast<float>(beta1), b2 = static_cast<float>(beta2),
             eps = static_cast<float>(epsilon);
  const auto one_less_b1 = static_cast<float>(1 - beta1), one_less_b2 = static_cast<float>(1 - beta2);
  const auto shrink = static_cast<float>(decoupled ? 1 - rate * weight_decay : 1);
  const auto decay = static_cast<float>(decoupled ? 0 : weight_decay);
  for (std::int64_t i = 0; i < size; ++i) {
    const float g = gradient[i] + decay * weights[i];
    const float m = b1 * first[i] + one_less_b1 * g;
    const float v = b2 * second[i] + one_less_b2 * g * g;
    first[i] = m;
    second[i] = v;
    weights[i] = weights[i] * shrink - size_of_step * m / (std::sqrt(v) * correction + eps);
  }
}

Optimizer make_optimizer(const sweep::RunSettings& settings) {
  if (settings.text("train.optimizer") == "sgd") return Sgd(settings);
  return Adam(settings);
}

int states(const Optimizer& optimizer) {
  return std::visit([](const auto& one) { return one.states; }, optimizer);
}

}  // namespace kindred::train
