#pragma once

#include <ATen/ATen.h>

#include <array>
#include <span>
#include <vector>

#include "sweep/settings.hpp"

namespace kindred::train {

/// The formulas of optimizer.hpp as tensor operations over the K networks of a pack, each with its own
/// settings. Whatever changes from step to step is on the device, so that a step can be recorded.
class PackOptimizer {
 public:
  /// `sizes`: elements of each parameter. The members have the optimiser in common.
  PackOptimizer(std::span<const sweep::RunSettings> members, std::int64_t steps_per_epoch,
                std::span<const std::int64_t> sizes, at::Device device);

  /// Updates the weights, one tensor [K, size] for each parameter.
  void step(std::span<const at::Tensor> weights, std::span<const at::Tensor> gradients);

  /// What changes from step to step.
  std::vector<at::Tensor> state() const;

 private:
  void sgd(std::size_t p, const at::Tensor& rate, const at::Tensor& weights, at::Tensor gradient);
  void adam(std::size_t p, const at::Tensor& rate, const at::Tensor& weights, at::Tensor gradient);

  enum class Kind { sgd, adam, adamw } kind_;
  at::Tensor learning_rate_, weight_decay_, momentum_, beta1_, beta2_, epsilon_;  // [K, 1], double
  bool decays_ = false;
  at::Tensor factors_;  // of the learning rate, [K, steps], double
  at::Tensor step_;     // updates done, [1]
  at::Tensor correction1_, correction2_;
  std::array<std::vector<at::Tensor>, 2> state_;
};

}  // namespace kindred::train
