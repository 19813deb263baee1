#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "random_sweep.hpp"

namespace kindred::sweep {
namespace {

using test::integers;
using test::random_sweep;
using test::reals;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::Le;

// From an independent implementation of Philox4x32-10 and these formulas in Python. Populations depend on
// these numbers: they may never change.
TEST(Draws, AreTheseOnEveryMachine) {
  EXPECT_THAT(reals(4, "train.learning_rate", "{min = 1e-4, max = 1.0, log = true}"),
              ElementsAre(0.0787414, 0.000673242, 0.028786, 0.944929));
  EXPECT_THAT(reals(4, "model.dropout", "{min = 0, max = 0.5}"),
              ElementsAre(0.490228, 0.411052, 0.0554714, 0.0943988));
  EXPECT_THAT(integers(4, "train.batch_size", "{min = 16, max = 256}"), ElementsAre(126, 242, 81, 166));
  EXPECT_THAT(integers(4, "train.epochs", "{min = 1, max = 100, log = true}"), ElementsAre(2, 28, 26, 7));
  EXPECT_THAT(integers(2, "init.seed", "{min = 0, max = 9223372036854775807}"),
              ElementsAre(5632477090361715388, 2897339642242894179));
  EXPECT_THAT(reals(4, "train.learning_rate", "{min = 1e-4, max = 1.0, log = true}\nsample_seed = 1"),
              ElementsAre(0.405334, 0.00467391, 0.00684821, 0.000999075));
  std::string words;
  for (const RunSettings& run : random_sweep(6,
                                             "model.activation = ['relu', 'tanh', 'gelu']\n"
                                             "train.learning_rate = {min = 1, max = 2}")
                                    .runs)
    words += run.text("model.activation") + " ";
  EXPECT_EQ(words, "relu tanh gelu relu gelu gelu ");
}

// Kolmogorov and Smirnov's distance to the uniform distribution of `count` shares in [0, 1]; 1.95 / sqrt(n)
// is exceeded once in a thousand times, and these draws are always the same.
template <class ToShare>
double distance_to_uniform(std::vector<double> values, ToShare share) {
  std::ranges::sort(values);
  double largest = 0;
  const auto n = static_cast<double>(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = share(values[i]), rank = static_cast<double>(i);
    largest = std::max({largest, x - rank / n, (rank + 1) / n - x});
  }
  return largest * std::sqrt(n);
}

TEST(Draws, OfARangeAreUniform) {
  const auto values = reals(4000, "init.scale", "{min = 2, max = 6}");
  EXPECT_THAT(values, Each(AllOf(Ge(2.0), Le(6.0))));
  EXPECT_LT(distance_to_uniform(values, [](double x) { return (x - 2) / 4; }), 1.95);
}

TEST(Draws, OfALogarithmicRangeAreUniformInTheLogarithm) {
  const auto values = reals(4000, "init.scale", "{min = 1e-6, max = 100, log = true}");
  EXPECT_THAT(values, Each(AllOf(Ge(1e-6), Le(100.0))));
  EXPECT_LT(distance_to_uniform(values, [](double x) { return (std::log10(x) + 6) / 8; }), 1.95);
}

TEST(Draws, OfSeveralAxesAreIndependent) {
  double sum = 0;
  const auto sweep =
      random_sweep(4000, "init.scale = {min = 1, max = 3}\ntrain.learning_rate = {min = 1, max = 3}");
  for (const RunSettings& run : sweep.runs)
    sum += (run.real("init.scale") - 2) * (run.real("train.learning_rate") - 2);
  EXPECT_LT(std::abs(sum / 4000), 3.3 / 3 / std::sqrt(4000.0));  // variance 1/3 each, 3.3 standard errors
}

TEST(Draws, OfIntegersReachBothEndsEquallyOften) {
  std::vector<std::int64_t> counts(5);
  for (const auto x : integers(5000, "train.batch_size", "{min = 8, max = 12}\ninit.scale = {min=1, max=2}"))
    ++counts.at(static_cast<std::size_t>(x - 8));
  for (const auto count : counts)
    EXPECT_NEAR(static_cast<double>(count), 1000, 3.3 * std::sqrt(5000 * 0.2 * 0.8));
}

TEST(Draws, OfIntegersInTheLogarithmFollowTheirInverse) {
  std::vector<std::int64_t> counts(4);
  for (const auto x :
       integers(6000, "train.batch_size", "{min = 1, max = 4, log = true}\ninit.scale = {min=1, max=2}"))
    ++counts.at(static_cast<std::size_t>(x - 1));
  for (std::size_t i = 0; i < 4; ++i) {
    const double n = static_cast<double>(i) + 1;
    const double share = std::log((n + 0.5) / (n - 0.5)) / std::log(4.5 / 0.5);
    EXPECT_NEAR(static_cast<double>(counts[i]), 6000 * share, 3.3 * std::sqrt(6000 * share * (1 - share)))
        << n;
  }
}

TEST(Draws, OfTheSmallestAndTheLargestRangeOfIntegers) {
  const auto two = integers(64, "train.warmup_epochs", "{min = 0, max = 1}\ninit.scale = {min = 1, max = 2}");
  EXPECT_THAT(two, Each(AllOf(Ge(0), Le(1))));
  EXPECT_EQ(std::ranges::count(two, 0) + std::ranges::count(two, 1), 64);
  EXPECT_GT(std::ranges::count(two, 0), 10);
  EXPECT_GT(std::ranges::count(two, 1), 10);
  const auto all = integers(64, "init.seed", "{min = 1, max = 9223372036854775807, log = true}");
  EXPECT_THAT(all, Each(Ge(1)));
  const auto last = integers(8, "init.seed",
                             "{min = 9223372036854775806, max = 9223372036854775807, log = true}\n"
                             "init.scale = {min = 1, max = 2}");
  EXPECT_THAT(last, Each(Ge(std::numeric_limits<std::int64_t>::max() - 1)));
}

TEST(Draws, OfRealsHaveSixDigits) {
  for (const double x : reals(200, "init.scale", "{min = 0.001, max = 1000, log = true}")) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", x);
    EXPECT_EQ(std::strtod(text, nullptr), x);
  }
}

TEST(Draws, RoundedBeyondAnEndAreTheEnd) {
  // No number of six digits lies in it: all become 0.123457, which is above.
  EXPECT_THAT(reals(10, "init.scale", "{min = 0.1234567, max = 0.1234568}"), ElementsAre(0.1234568));
  EXPECT_THAT(reals(10, "init.scale", "{min = 0.1234561, max = 0.1234562}"), ElementsAre(0.1234561));
  // Rounded to 1, which momentum may not be.
  EXPECT_THAT(reals(10, "train.momentum", "{min = 0.99999991, max = 0.99999992}"), ElementsAre(0.99999992));
  EXPECT_THAT(reals(100, "init.scale", "{min = 5e-324, max = 1e-323}"), Each(AllOf(Ge(5e-324), Le(1e-323))));
  EXPECT_THAT(reals(100, "init.scale", "{min = 5e-324, max = 1.7976931348623157e308, log = true}"),
              Each(testing::Truly([](double x) { return std::isfinite(x) && x > 0; })));
}

TEST(Draws, FromAListAreItsValuesUnrounded) {
  EXPECT_THAT(reals(20, "init.scale", "[0.123456789]"), ElementsAre(0.123456789));
}

TEST(Draws, FromAListAreUniform) {
  std::vector<double> counts(3);
  for (const auto x : reals(3000, "init.scale", "[1, 2, 3]\ntrain.learning_rate = {min = 1, max = 9}"))
    ++counts.at(static_cast<std::size_t>(x) - 1);
  for (const double count : counts) EXPECT_NEAR(count, 1000, 3.3 * std::sqrt(3000 * 2.0 / 9));
}

}  // namespace
}  // namespace kindred::sweep
