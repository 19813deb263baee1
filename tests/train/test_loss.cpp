#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "train/loss.hpp"

namespace kindred::train {
namespace {

TEST(CrossEntropy, IsTheNegativeLogLikelihoodOfTheSoftmax) {
  const std::vector<float> logits = {1, 2, 3, 0, 0, 0};
  const std::vector<std::uint8_t> labels = {0, 2};
  const auto sums = cross_entropy(logits.data(), labels.data(), 2, 3);
  const double first = std::log(std::exp(1.0) + std::exp(2.0) + std::exp(3.0)) - 1, second = std::log(3.0);
  EXPECT_NEAR(sums.loss, first + second, 1e-6);
  EXPECT_EQ(sums.samples, 2);
  EXPECT_EQ(sums.correct, 0) << "3 beats 1 in the first row; a tie goes to the first class in the second";
}

TEST(CrossEntropy, ItsGradientIsTheDifferenceQuotient) {
  std::vector<float> logits = {0.5f, -1, 2, 0.1f, 0.2f, 0.3f};
  const std::vector<std::uint8_t> labels = {2, 0};
  std::vector<float> gradient(6);
  cross_entropy(logits.data(), labels.data(), 2, 3, gradient.data(), 0.5f);
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const float step = 1e-2f, kept = logits[i];
    logits[i] = kept + step;
    const double above = cross_entropy(logits.data(), labels.data(), 2, 3).loss / 2;
    logits[i] = kept - step;
    const double below = cross_entropy(logits.data(), labels.data(), 2, 3).loss / 2;
    logits[i] = kept;
    // The quotient's own error: step²/6 of a third derivative below 1, and rounding of 1e-7 / step.
    EXPECT_NEAR(gradient[i], (above - below) / (2 * static_cast<double>(step)), 5e-5);
  }
}

TEST(CrossEntropy, StaysFiniteForLargeLogitsAndTellsOfNaN) {
  const std::vector<std::uint8_t> label = {1};
  const std::vector<float> large = {1e4f, -1e4f}, broken = {NAN, 0};
  EXPECT_NEAR(cross_entropy(large.data(), label.data(), 1, 2).loss, 2e4, 1e-2);
  EXPECT_FALSE(std::isfinite(cross_entropy(broken.data(), label.data(), 1, 2).loss));
}

}  // namespace
}  // namespace kindred::train
