#pragma once

#include <cmath>
#include <cstdint>
#include <variant>

#include "sweep/settings.hpp"

namespace kindred::train {

/// Stochastic gradient descent with momentum and weight decay, PyTorch's formula:
/// v = momentum v + (g + weight_decay w), w = w - learning_rate v.
struct Sgd {
  static constexpr int states = 1;  ///< buffers of the weights' size that it keeps; 0 before the first step
  explicit Sgd(const sweep::RunSettings& settings);
  double learning_rate, momentum, weight_decay;

  /// One pass over `size` elements, in the step-th update (from 1), the learning rate times `factor`.
  void update(std::int64_t step, double factor, float* weights, float* const* state, const float* gradient,
              std::int64_t size) const;
};

/// Adam (Kingma & Ba 2015) and, with decoupled weight decay, AdamW (Loshchilov & Hutter 2019), PyTorch's
/// formula: m and v the running means of g and g², w = w - learning_rate / (1 - beta1^t) m / (sqrt(v) /
/// sqrt(1 - beta2^t) + epsilon).
struct Adam {
  static constexpr int states = 2;
  explicit Adam(const sweep::RunSettings& settings);
  double learning_rate, beta1, beta2, epsilon, weight_decay;
  bool decoupled;  ///< weights shrink by learning_rate * weight_decay, and the gradient stays as it is

  /// What the step-th update (from 1) needs, the learning rate times `factor`.
  struct Step {
    float beta1, one_less_beta1, beta2, one_less_beta2, epsilon;
    float size;        ///< learning_rate / (1 - beta1^t)
    float correction;  ///< 1 / sqrt(1 - beta2^t)
    float shrink;      ///< of the weights

    /// One weight after the update by the gradient g, with its means m and v, which advance. The last
    /// multiply-add is rounded once where the processor can: the compiler would have a choice.
    float weight(float w, float g, float& m, float& v) const {
      m = beta1 * m + one_less_beta1 * g;
      v = beta2 * v + one_less_beta2 * g * g;
      const float change = size * m / (std::sqrt(v) * correction + epsilon);
#ifdef __FP_FAST_FMAF
      return __builtin_fmaf(w, shrink, -change);
#else
      return w * shrink - change;
#endif
    }
  };
  Step step(std::int64_t step, double factor) const;

  void update(std::int64_t step, double factor, float* weights, float* const* state, const float* gradient,
              std::int64_t size) const;
};

using Optimizer = std::variant<Sgd, Adam>;

/// The optimiser that the settings name.
Optimizer make_optimizer(const sweep::RunSettings& settings);
int states(const Optimizer& optimizer);

}  // namespace kindred::train
