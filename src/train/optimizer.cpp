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

Adam::Step Adam::step(std::int64_t step, double factor) const {
  const double rate = learning_rate * factor, t = static_cast<double>(step);
  return {.beta1 = static_cast<float>(beta1),
          .one_less_beta1 = static_cast<float>(1 - beta1),
          .beta2 = static_cast<float>(beta2),
          .one_less_beta2 = static_cast<float>(1 - beta2),
          .epsilon = static_cast<float>(epsilon),
          .size = static_cast<float>(rate / (1 - std::pow(beta1, t))),
          .correction = static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, t))),
          .shrink = static_cast<float>(decoupled ? 1 - rate * weight_decay : 1)};
}

void Adam::update(std::int64_t step_number, double factor, float* __restrict weights, float* const* state,
                  const float* __restrict gradient, std::int64_t size) const {
  float* __restrict first = state[0];
  float* __restrict second = state[1];
  const auto c = step(step_number, factor);
  const auto decay = static_cast<float>(decoupled ? 0 : weight_decay);
  for (std::int64_t i = 0; i < size; ++i) {
    const float g = gradient[i] + decay * weights[i];
    weights[i] = c.weight(weights[i], g, first[i], second[i]);
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
