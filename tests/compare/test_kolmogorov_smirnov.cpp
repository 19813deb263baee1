#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "compare/kolmogorov_smirnov.hpp"
#include "core/random.hpp"

namespace kindred::compare {
namespace {

using Floats = std::vector<float>;

Floats sorted(Floats values) {
  std::ranges::sort(values);
  return values;
}

template <class Draw>
Floats sample(std::int64_t size, const Draw& draw) {
  Floats values;
  for (std::int64_t i = 0; i < size; ++i) values.push_back(static_cast<float>(draw()));
  return sorted(values);
}

std::vector<std::int32_t> counts(const KolmogorovSmirnovGrid& grid, const Floats& values) {
  std::vector<std::int32_t> below(static_cast<std::size_t>(grid.points()));
  grid.count(values, below.data());
  return below;
}

double statistic(const KolmogorovSmirnovGrid& grid, const Floats& a, const Floats& b) {
  return kolmogorov_smirnov(a, counts(grid, a).data(), b, counts(grid, b).data(), grid.points());
}

/// By a search in both samples for every value; exact, as sizes here keep the numerator below 2⁵³.
double reference(const Floats& a, const Floats& b) {
  const auto n_a = static_cast<std::int64_t>(a.size()), n_b = static_cast<std::int64_t>(b.size());
  std::int64_t largest = 0;
  for (const auto* values : {&a, &b})
    for (const float x : *values) {
      const std::int64_t i = std::ranges::upper_bound(a, x) - a.begin();
      const std::int64_t j = std::ranges::upper_bound(b, x) - b.begin();
      largest = std::max(largest, std::abs(i * n_b - j * n_a));
    }
  return static_cast<double>(largest) / static_cast<double>(n_a * n_b);
}

/// The same bits as the reference from a grid of the samples, one of a sample, and grids that do not fit.
void expect_exact(const Floats& a, const Floats& b, const char* what) {
  const Floats point = {a[a.size() / 2]}, far = sorted({1e30f, 2e30f, -3e30f}), none;
  Floats narrow;
  for (int k = 0; k < 3000; ++k) narrow.push_back(a.front() + 1e-3f * static_cast<float>(k));
  std::ranges::sort(narrow);
  const double expected = reference(a, b);
  using Samples = std::vector<std::span<const float>>;
  for (const Samples& samples : {Samples{a, b}, Samples{a}, Samples{b, none}, Samples{point}, Samples{far},
                                 Samples{narrow}, Samples{}}) {
    const KolmogorovSmirnovGrid grid(samples);
    ASSERT_EQ(statistic(grid, a, b), expected) << what << ", " << grid.points() << " points";
    ASSERT_EQ(statistic(grid, b, a), expected) << what << ", exchanged";
    ASSERT_EQ(statistic(grid, a, a), 0) << what << ", with itself";
  }
}

TEST(KolmogorovSmirnov, SmallCasesByHand) {
  const KolmogorovSmirnovGrid grid({});
  EXPECT_EQ(statistic(grid, {1}, {1}), 0);
  EXPECT_EQ(statistic(grid, {1}, {2}), 1);
  EXPECT_EQ(statistic(grid, {1, 2, 3, 4}, {5, 6}), 1);
  EXPECT_EQ(statistic(grid, {1, 3}, {2, 4}), 0.5);
  EXPECT_EQ(statistic(grid, {0, 0, 0, 1}, {0, 1, 1, 1}), 0.5);
  EXPECT_EQ(statistic(grid, {7, 7, 7}, {7}), 0);
  EXPECT_EQ(statistic(grid, {1, 2, 3}, {2, 2}), 1.0 / 3);
  EXPECT_EQ(statistic(grid, {-0.0f, -0.0f}, {0.0f, 0.0f}), 0);
  EXPECT_TRUE(std::isnan(statistic(grid, {}, {1})));
}

TEST(KolmogorovSmirnov, SmallSamplesWithManyTies) {
  RandomStream stream(1, Stream::sampling);
  for (int trial = 0; trial < 2000; ++trial) {
    const auto values = 1 + stream.below(trial % 2 ? 3 : 40);
    const auto draw = [&] { return static_cast<double>(stream.below(values)) - 1; };
    const Floats a = sample(1 + stream.below(70), draw), b = sample(1 + stream.below(70), draw);
    expect_exact(a, b, "small");
    if (HasFatalFailure()) return;
  }
}

TEST(KolmogorovSmirnov, SamplesOfManyShapesAndSizes) {
  RandomStream stream(2, Stream::sampling);
  const auto normal = [&] { return stream.normal(); };
  const auto wider = [&] { return 1.3 * stream.normal(); };
  const auto coarse = [&] { return std::rint(4 * stream.normal()) / 4; };
  const auto rectified = [&] { return std::max(0.0, stream.normal()); };
  const auto tiny = [&] { return 1e-44 * stream.below(20); };  // subnormal
  const auto constant = [] { return 0.25; };
  const auto distant = [&] { return 100 + stream.normal(); };
  for (const std::int64_t size : {1, 15, 16, 17, 333, 5000})
    for (const std::int64_t other : {size, std::int64_t{1}, std::int64_t{16}, std::int64_t{1023}}) {
      expect_exact(sample(size, normal), sample(other, normal), "normal");
      expect_exact(sample(size, normal), sample(other, wider), "wider");
      expect_exact(sample(size, coarse), sample(other, coarse), "coarse");
      expect_exact(sample(size, rectified), sample(other, rectified), "rectified");
      expect_exact(sample(size, rectified), sample(other, normal), "rectified and normal");
      expect_exact(sample(size, tiny), sample(other, tiny), "subnormal");
      expect_exact(sample(size, constant), sample(other, constant), "constant");
      expect_exact(sample(size, constant), sample(other, normal), "constant and normal");
      expect_exact(sample(size, distant), sample(other, normal), "distant");
    }
}

TEST(KolmogorovSmirnov, AsManyValuesAsANetworkHas) {
  RandomStream stream(3, Stream::sampling);
  const auto draw = [&] { return 0.05 * stream.normal(); };
  const auto with_zeros = [&] { return stream.below(3) ? 0.05 * stream.normal() : 0.0; };
  expect_exact(sample(109386, draw), sample(109386, draw), "equal sizes");
  expect_exact(sample(109386, draw), sample(109385, draw), "unequal sizes");
  expect_exact(sample(109386, with_zeros), sample(90000, with_zeros), "zeros");
}

TEST(KolmogorovSmirnov, TheExtremeMayLieAnywhereInACell) {
  const KolmogorovSmirnovGrid grid({});
  for (std::size_t size : {20, 31, 32, 33, 100})
    for (std::size_t place = 0; place <= size; ++place) {
      // b runs `lead` values behind a from `place` on, and is equal before.
      Floats a, b;
      for (std::size_t k = 0; k < size; ++k) {
        a.push_back(static_cast<float>(k));
        b.push_back(static_cast<float>(k < place ? k : k + 5));
      }
      ASSERT_EQ(statistic(grid, a, b), reference(a, b)) << size << " " << place;
      ASSERT_EQ(statistic(grid, b, a), reference(a, b)) << size << " " << place;
    }
}

TEST(KolmogorovSmirnov, GridCountsTheValuesBelowItsPoints) {
  RandomStream stream(4, Stream::sampling);
  const Floats values = sample(3000, [&] { return std::max(0.0, stream.normal()); });
  const KolmogorovSmirnovGrid grid({values});
  // 3,000 values make 125 cells; half of them are zeros, which take one.
  EXPECT_GT(grid.points(), 60);
  EXPECT_LT(grid.points(), 70);
  const auto below = counts(grid, values);
  EXPECT_EQ(below.front(), 0);
  EXPECT_EQ(below.back(), 3000);
  const auto zeros = static_cast<std::int32_t>(std::ranges::upper_bound(values, 0.0f) - values.begin());
  EXPECT_THAT(below, testing::Contains(zeros));
  EXPECT_TRUE(std::ranges::is_sorted(below));
  for (std::size_t k = 0; k + 1 < below.size(); ++k)
    EXPECT_TRUE(below[k + 1] - below[k] <= 2 * 3000 / 125 || (below[k] == 0 && below[k + 1] == zeros)) << k;
}

TEST(KolmogorovSmirnov, CountsOfOtherValuesThanTheGrids) {
  const Floats base = {1, 2, 3, 4};
  const KolmogorovSmirnovGrid grid({base, base, base});  // too few values for an inner point
  EXPECT_EQ(grid.points(), 2);
  EXPECT_THAT(counts(grid, {-5, 9}), testing::ElementsAre(0, 2));
  Floats ramp;
  for (int k = 0; k < 96; ++k) ramp.push_back(static_cast<float>(k));
  const KolmogorovSmirnovGrid quarters({ramp});  // 4 cells: points at 24, 48, 72
  EXPECT_EQ(quarters.points(), 5);
  const auto below = counts(quarters, {-1, 0, 24, 24, 50, 1000});
  EXPECT_THAT(below, testing::ElementsAre(0, 2, 4, 5, 6));
}

}  // namespace
}  // namespace kindred::compare
