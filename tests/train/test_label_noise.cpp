#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "train/label_noise.hpp"

namespace kindred::train {
namespace {

sweep::RunSettings with_noise(double share, std::int64_t seed = 0) {
  sweep::RunSettings settings;
  settings.set("train.label_noise", share);
  settings.seed = seed;
  return settings;
}

std::vector<std::uint8_t> all_of_class(std::uint8_t label, std::size_t count) {
  return std::vector<std::uint8_t>(count, label);
}

std::int64_t changed(const std::vector<std::uint8_t>& noisy, std::uint8_t label) {
  return static_cast<std::int64_t>(noisy.size()) - std::count(noisy.begin(), noisy.end(), label);
}

TEST(LabelNoise, RedrawsTheShareUniformlyOverAllClasses) {
  const std::size_t count = 20000;
  const auto noisy = noisy_labels(with_noise(0.5), all_of_class(3, count), 10);
  // Of 10,000 redrawn labels each class gets 1,000, with a standard deviation of 30.
  for (std::uint8_t label = 0; label < 10; ++label) {
    const auto own = std::count(noisy.begin(), noisy.end(), label);
    EXPECT_NEAR(static_cast<double>(own), label == 3 ? 11000 : 1000, 5 * 30) << int{label};
  }
}

TEST(LabelNoise, NoShareChangesNothingAndAWholeOneRedrawsAll) {
  const auto labels = all_of_class(1, 1000);
  EXPECT_EQ(noisy_labels(with_noise(0), labels, 10), labels);
  EXPECT_NEAR(static_cast<double>(changed(noisy_labels(with_noise(1), labels, 10), 1)), 900,
              5 * std::sqrt(90.0));
  EXPECT_TRUE(noisy_labels(with_noise(0.5), {}, 10).empty());
}

TEST(LabelNoise, TheNumberRedrawnIsTheFloorOfTheShare) {
  // With as many classes as that a redrawn label almost never stays: 1 in 256.
  const auto redrawn = [](double share, std::size_t count) {
    std::int64_t most = 0;
    for (std::int64_t seed = 0; seed < 20; ++seed)
      most = std::max(most, changed(noisy_labels(with_noise(share, seed), all_of_class(0, count), 256), 0));
    return most;
  };
  EXPECT_EQ(redrawn(0.29, 100), 29) << "although 0.29 * 100 is 28.999999999999996";
  EXPECT_EQ(redrawn(0.5, 3), 1);
  EXPECT_EQ(redrawn(0.1, 9), 0);
}

TEST(LabelNoise, IsAFunctionOfTheRunAlone) {
  const auto labels = all_of_class(1, 1000);
  EXPECT_EQ(noisy_labels(with_noise(0.3, 1), labels, 10), noisy_labels(with_noise(0.3, 1), labels, 10));
  EXPECT_NE(noisy_labels(with_noise(0.3, 1), labels, 10), noisy_labels(with_noise(0.3, 2), labels, 10));
}

}  // namespace
}  // namespace kindred::train
