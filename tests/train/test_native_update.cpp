#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "train/native/update.hpp"

namespace kindred::train::native {
namespace {

constexpr std::size_t size = 37;  // no multiple of a vector
constexpr double momentum = 0.9, decay = 0.01, beta1 = 0.8, beta2 = 0.95, epsilon = 1e-6, rate = 0.1;

sweep::RunSettings settings(const std::string& optimizer) {
  sweep::RunSettings all;
  all.set("train.optimizer", optimizer);
  all.set("train.learning_rate", rate);
  all.set("train.momentum", momentum);
  all.set("train.weight_decay", decay);
  all.set("train.beta1", beta1);
  all.set("train.beta2", beta2);
  all.set("train.epsilon", epsilon);
  return all;
}

/// The formulas of optimizer.hpp, in double.
struct Plain {
  std::string name;
  std::vector<double> w, first = std::vector<double>(size), second = std::vector<double>(size);

  void step(int t, double factor, const std::vector<float>& gradient) {
    for (std::size_t i = 0; i < size; ++i) {
      const double g = static_cast<double>(gradient[i]) + (name == "adamw" ? 0 : decay * w[i]);
      if (name == "sgd") {
        first[i] = momentum * first[i] + g;
        w[i] -= rate * factor * first[i];
        continue;
      }
      if (name == "adamw") w[i] *= 1 - rate * factor * decay;
      first[i] = beta1 * first[i] + (1 - beta1) * g;
      second[i] = beta2 * second[i] + (1 - beta2) * g * g;
      w[i] -= rate * factor / (1 - std::pow(beta1, t)) * first[i] /
              (std::sqrt(second[i] / (1 - std::pow(beta2, t))) + epsilon);
    }
  }
};

std::vector<float> random_values(RandomStream& random) {
  std::vector<float> values(size);
  for (auto& value : values) value = static_cast<float>(random.normal());
  return values;
}

/// Weights in training; the gradient of each step comes in two parts, as from two passes.
struct Trained {
  Optimizer optimizer;
  std::vector<float> weights, sums = std::vector<float>(size), first = sums, second = sums;

  Trained(const std::string& name, const std::vector<float>& initial)
      : optimizer(make_optimizer(settings(name))), weights(initial) {
    start_sums(optimizer, weights.data(), sums.data(), size);
  }
  void step(int t, double factor, const std::vector<float>& gradient) {
    for (std::size_t i = 0; i < size; ++i) sums[i] += gradient[i] / 2;
    for (std::size_t i = 0; i < size; ++i) sums[i] += gradient[i] / 2;
    float* const state[] = {first.data(), second.data()};
    update(optimizer, t, factor, weights.data(), sums.data(), state, size);
  }
};

class Updates : public testing::TestWithParam<std::string> {};

// 20 updates of values below 16, each with a few roundings of 2^-24 relative.
constexpr double bound = 20 * 8 * 16 * 0x1p-24;

TEST_P(Updates, FollowTheFormulaAndTheOtherEnginesOptimiser) {
  RandomStream random(1, Stream::sampling);
  const auto initial = random_values(random);
  Trained own(GetParam(), initial);
  Plain plain{GetParam(), {initial.begin(), initial.end()}};
  auto theirs = initial;
  std::vector<float> first(size), second(size);
  float* const state[] = {first.data(), second.data()};
  for (int step = 1; step <= 20; ++step) {
    const double factor = step % 3 == 0 ? 0.5 : 1;
    const auto gradient = random_values(random);
    own.step(step, factor, gradient);
    plain.step(step, factor, gradient);
    std::visit(
        [&](const auto& one) { one.update(step, factor, theirs.data(), state, gradient.data(), size); },
        own.optimizer);
    for (std::size_t i = 0; i < size; ++i) {
      EXPECT_NEAR(static_cast<double>(own.weights[i]), plain.w[i], bound) << "step " << step;
      EXPECT_NEAR(own.weights[i], theirs[i], bound) << "step " << step;
    }
  }
  double moved = 0;
  for (std::size_t i = 0; i < size; ++i) moved = std::max(moved, std::abs(plain.w[i] - initial[i]));
  EXPECT_GT(moved, 0.1);
}

TEST_P(Updates, AGradientThatIsNotANumberStaysInItsWeight) {
  RandomStream random(2, Stream::sampling);
  Trained sound(GetParam(), random_values(random)), broken = sound;
  for (int step = 1; step <= 3; ++step) {
    auto gradient = random_values(random);
    sound.step(step, 1, gradient);
    gradient[16] = NAN;
    broken.step(step, 1, gradient);
  }
  EXPECT_TRUE(std::isnan(broken.weights[16]));
  broken.weights[16] = sound.weights[16];
  EXPECT_EQ(broken.weights, sound.weights);
}

TEST_P(Updates, NothingToDoIsFine) {
  const auto optimizer = make_optimizer(settings(GetParam()));
  float* const state[] = {nullptr, nullptr};
  start_sums(optimizer, nullptr, nullptr, 0);
  update(optimizer, 1, 1, nullptr, nullptr, state, 0);
}

INSTANTIATE_TEST_SUITE_P(All, Updates, testing::Values("sgd", "adam", "adamw"),
                         [](const auto& instance) { return instance.param; });

TEST(Update, KeepsTheBuffersItSays) {
  EXPECT_EQ(state_buffers(make_optimizer(settings("sgd"))), 0);
  EXPECT_EQ(state_buffers(make_optimizer(settings("adam"))), 2);
  EXPECT_EQ(state_buffers(make_optimizer(settings("adamw"))), 2);
}

}  // namespace
}  // namespace kindred::train::native
