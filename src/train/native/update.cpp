#include "train/native/update.hpp"

namespace kindred::train::native {
namespace {

float decay_of(const Sgd& sgd) { return static_cast<float>(sgd.weight_decay); }
float decay_of(const Adam& adam) { return adam.decoupled ? 0.0f : static_cast<float>(adam.weight_decay); }

void advance(const Sgd& sgd, std::int64_t, double factor, float* __restrict weights, float* __restrict sums,
             float* const*, std::int64_t size) {
  const auto rate = static_cast<float>(sgd.learning_rate * factor), keep = static_cast<float>(sgd.momentum);
  const float decay = decay_of(sgd);
  for (std::int64_t i = 0; i < size; ++i) {
    const float w = weights[i] - rate * sums[i];
    sums[i] = keep * sums[i] + decay * w;
    weights[i] = w;
  }
}

void advance(const Adam& adam, std::int64_t step, double factor, float* __restrict weights,
             float* __restrict sums, float* const* state, std::int64_t size) {
  float* __restrict first = state[0], * __restrict second = state[1];
  const auto c = adam.step(step, factor);
  const float decay = decay_of(adam);
  for (std::int64_t i = 0; i < size; ++i) {
    const float w = c.weight(weights[i], sums[i], first[i], second[i]);
    weights[i] = w;
    sums[i] = decay * w;
  }
}

}  // namespace

void start_sums(const Optimizer& optimizer, const float* weights, float* sums, std::int64_t size) {
  const float decay = std::visit([](const auto& one) { return decay_of(one); }, optimizer);
  for (std::int64_t i = 0; i < size; ++i) sums[i] = decay * weights[i];
}

int state_buffers(const Optimizer& optimizer) { return std::holds_alternative<Adam>(optimizer) ? 2 : 0; }

void update(const Optimizer& optimizer, std::int64_t step, double factor, float* weights, float* sums,
            float* const* state, std::int64_t size) {
  std::visit([&](const auto& one) { advance(one, step, factor, weights, sums, state, size); }, optimizer);
}

}  // namespace kindred::train::native
