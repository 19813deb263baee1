#include <gtest/gtest.h>

#include <cmath>

#include "train/learning_rate.hpp"

namespace kindred::train {
namespace {

sweep::RunSettings settings(const std::string& schedule, std::int64_t warmup_epochs = 0) {
  sweep::RunSettings all;
  all.set("train.epochs", std::int64_t{4});
  all.set("train.schedule", schedule);
  all.set("train.step_epochs", std::int64_t{2});
  all.set("train.step_factor", 0.1);
  all.set("train.warmup_epochs", warmup_epochs);
  return all;
}

TEST(LearningRate, ConstantStays) {
  const LearningRate rate(settings("constant"), 10);
  EXPECT_EQ(rate.factor(0), 1);
  EXPECT_EQ(rate.factor(39), 1);
}

TEST(LearningRate, CosineFallsOverAllStepsTowardsZero) {
  const LearningRate rate(settings("cosine"), 10);
  EXPECT_EQ(rate.factor(0), 1);
  EXPECT_NEAR(rate.factor(10), (1 + std::sqrt(0.5)) / 2, 1e-15);
  EXPECT_NEAR(rate.factor(20), 0.5, 1e-15);
  EXPECT_NEAR(rate.factor(40), 0, 1e-15) << "the step after the last would be the first at 0";
  for (int step = 1; step < 40; ++step) EXPECT_LT(rate.factor(step), rate.factor(step - 1));
}

TEST(LearningRate, StepsFallAfterWholeEpochs) {
  const LearningRate rate(settings("step"), 10);
  EXPECT_EQ(rate.factor(19), 1);
  EXPECT_EQ(rate.factor(20), 0.1);
  EXPECT_EQ(rate.factor(39), 0.1);
}

TEST(LearningRate, WarmUpRisesAndMultipliesTheSchedule) {
  const LearningRate constant(settings("constant", 1), 10);
  EXPECT_EQ(constant.factor(0), 0.1);
  EXPECT_EQ(constant.factor(9), 1);
  EXPECT_EQ(constant.factor(10), 1);
  const LearningRate cosine(settings("cosine", 1), 10), plain(settings("cosine"), 10);
  EXPECT_DOUBLE_EQ(cosine.factor(4), plain.factor(4) * 0.5);
  EXPECT_EQ(cosine.factor(30), plain.factor(30));
  const LearningRate endless(settings("constant", 8), 10);
  EXPECT_EQ(endless.factor(39), 0.5) << "a warm-up longer than the training never ends";
}

TEST(LearningRate, APartialMiniBatchIsAStep) {
  sweep::RunSettings all;
  all.set("train.batch_size", std::int64_t{64});
  EXPECT_EQ(steps_per_epoch(all, 128), 2);
  EXPECT_EQ(steps_per_epoch(all, 129), 3);
  EXPECT_EQ(steps_per_epoch(all, 1), 1);
}

}  // namespace
}  // namespace kindred::train
