#include "train/learning_rate.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace kindred::train {

LearningRate::LearningRate(const sweep::RunSettings& settings, std::int64_t steps_per_epoch)
    : schedule_(Schedule::constant),
      steps_per_epoch_(steps_per_epoch),
      steps_(steps_per_epoch * settings.integer("train.epochs")),
      warmup_steps_(steps_per_epoch * settings.integer("train.warmup_epochs")) {
  const auto& name = settings.text("train.schedule");
  if (name == "cosine") schedule_ = Schedule::cosine;
  if (name == "step") {
    schedule_ = Schedule::step;
    step_epochs_ = settings.integer("train.step_epochs");
    step_factor_ = settings.real("train.step_factor");
  }
}

double LearningRate::factor(std::int64_t step) const {
  double factor = 1;
  if (schedule_ == Schedule::cosine)
    factor = (1 + std::cos(std::numbers::pi * static_cast<double>(step) / static_cast<double>(steps_))) / 2;
  if (schedule_ == Schedule::step)
    factor = std::pow(step_factor_, static_cast<double>(step / steps_per_epoch_ / step_epochs_));
  if (step < warmup_steps_) factor *= static_cast<double>(step + 1) / static_cast<double>(warmup_steps_);
  return factor;
}

std::int64_t steps_per_epoch(const sweep::RunSettings& settings, std::int64_t train_samples) {
  const auto batch = settings.integer("train.batch_size");
  return (train_samples + batch - 1) / batch;
}

}  // namespace kindred::train
