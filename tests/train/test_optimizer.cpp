#include <gtest/gtest.h>

#include <vector>

#include "train/optimizer.hpp"

namespace kindred::train {
namespace {

TEST(Sgd, FollowsPyTorchsFormulaOverSeveralSteps) {
  sweep::RunSettings settings;
  settings.set("train.learning_rate", 0.1);
  settings.set("train.momentum", 0.9);
  settings.set("train.weight_decay", 0.01);
  const Sgd sgd(settings);
  std::vector<float> weights = {1, -2, 0.5f}, velocity(3);
  std::vector<double> w = {1, -2, 0.5}, v(3);
  for (int step = 0; step < 5; ++step) {
    const std::vector<float> gradient = {0.3f, static_cast<float>(step), -1};
    sgd.step(weights.data(), velocity.data(), gradient.data(), 3);
    for (std::size_t i = 0; i < 3; ++i) {
      v[i] = 0.9 * v[i] + (static_cast<double>(gradient[i]) + 0.01 * w[i]);
      w[i] -= 0.1 * v[i];
      EXPECT_NEAR(weights[i], w[i], 2e-6) << "a few roundings of values near 1";
    }
  }
}

TEST(Sgd, NothingToDoIsFine) { Sgd(sweep::RunSettings()).step(nullptr, nullptr, nullptr, 0); }

}  // namespace
}  // namespace kindred::train
