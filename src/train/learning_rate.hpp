#pragma once

#include <cstdint>
#include <string>

#include "sweep/settings.hpp"

namespace kindred::train {

/// How the learning rate of one run moves: a factor for every step, the product of the schedule's and the
/// warm-up's.
class LearningRate {
 public:
  LearningRate(const sweep::RunSettings& settings, std::int64_t steps_per_epoch);

  /// Of step 0, 1, ... steps_per_epoch * epochs - 1. `constant`: 1. `cosine`: (1 + cos(pi step / steps)) / 2
  /// (Loshchilov & Hutter 2017, one period over all steps). `step`: step_factor^floor(epoch / step_epochs).
  /// Warm-up: (step + 1) / (warmup_epochs * steps_per_epoch), at most 1.
  double factor(std::int64_t step) const;

 private:
  enum class Schedule { constant, cosine, step } schedule_;
  std::int64_t steps_per_epoch_, steps_, warmup_steps_;
  std::int64_t step_epochs_ = 1;
  double step_factor_ = 1;
};

/// Steps of one epoch: the last mini-batch may be partial.
std::int64_t steps_per_epoch(const sweep::RunSettings& settings, std::int64_t train_samples);

}  // namespace kindred::train
