#include <gtest/gtest.h>

#include "reference.hpp"

namespace kindred::statistics {
namespace {

using namespace reference;

// Moments of a few values, one by one.
Moments one_by_one(const std::vector<float>& values) {
  Moments sum;
  for (const float v : values) {
    Moments single;
    if (std::isfinite(v)) {
      const double x = v;
      single = {1, x, 0, 0, 0, x, x, std::abs(x), x * x, x == 0 ? 1.0 : 0.0, 0};
    } else {
      single.nonfinite = 1;
    }
    merge(sum, single);
  }
  return sum;
}

TEST(Moments, RowOfNothing) {
  const MomentRow row = Moments().row();
  for (const int zero : {0, 7, 8, 11}) EXPECT_EQ(row[zero], 0) << moment_names[zero];
  for (const int undefined : {1, 2, 3, 4, 5, 6, 9, 10})
    EXPECT_TRUE(std::isnan(row[undefined])) << moment_names[undefined];
}

TEST(Moments, RowOfKnownValues) {
  // 0, 0, 0, 4: mean 1, central moments 3, 6, 21.
  const MomentRow row = one_by_one({0, 4, 0, nan, 0}).row();
  const MomentRow expected = {4, 1, 3, 6 / (3 * std::sqrt(3.0)), 21.0 / 9 - 3, 0, 4, 4, 4, 1, 0.75, 1};
  for (std::size_t i = 0; i < moment_count; ++i) EXPECT_DOUBLE_EQ(row[i], expected[i]) << moment_names[i];
}

TEST(Moments, VarianceZeroLeavesShapeUndefined) {
  const MomentRow row = one_by_one({0.1f, 0.1f, 0.1f}).row();
  EXPECT_EQ(row[2], 0);
  EXPECT_TRUE(std::isnan(row[3]));
  EXPECT_TRUE(std::isnan(row[4]));
}

TEST(Moments, MergingOneByOneAgreesWithTheDefinition) {
  for (const auto& [name, values] : hard_inputs()) {
    SCOPED_TRACE(name);
    if (values.size() <= 257) expect_moments(one_by_one(values).row(), reference::moments(values));
  }
}

TEST(Moments, MergeOfPartsIsTheWhole) {
  const auto whole =
      concatenate({normal(900, 3, 0.1, 1), normal(5, -40, 2, 2), {nan, 0, -0.0f}, normal(300, 0, 1, 3)});
  RandomStream stream(11, Stream::sampling);
  for (int trial = 0; trial < 20; ++trial) {
    const auto cut = whole.begin() + stream.below(static_cast<std::uint32_t>(whole.size()) + 1);
    Moments left = one_by_one({whole.begin(), cut});
    merge(left, one_by_one({cut, whole.end()}));
    expect_moments(left.row(), reference::moments(whole));
  }
}

TEST(MomentsOf, AgreesWithTheDefinitionOnHardInputs) {
  for (const auto& [name, values] : hard_inputs()) {
    SCOPED_TRACE(name);
    expect_moments(moments_of(values).row(), reference::moments(values));
  }
}

TEST(MomentsOf, IsWhatADescriptionSays) {
  for (const auto& [name, values] : hard_inputs())
    EXPECT_TRUE(same_bits(moments_of(values).row(), moment_row(describe({values}), 0))) << name;
}

TEST(Moments, AnEmptySummaryChangesNoBit) {
  const Moments some = one_by_one({1, 2, 4, infinity});
  Moments left = some, right;
  merge(left, Moments());
  merge(right, some);
  EXPECT_EQ(std::memcmp(&left, &some, sizeof some), 0);
  EXPECT_EQ(std::memcmp(&right, &some, sizeof some), 0);
}

TEST(Moments, NonfiniteCountsSurviveMergingWithNothingElse) {
  Moments sum = one_by_one({nan, infinity});
  merge(sum, one_by_one({-infinity}));
  EXPECT_EQ(sum.nonfinite, 3);
  merge(sum, one_by_one({2}));
  EXPECT_EQ(sum.nonfinite, 3);
  EXPECT_EQ(sum.minimum, 2);
  EXPECT_EQ(sum.maximum, 2);
}

TEST(Moments, FromRowIsTheInverse) {
  for (const auto& [name, values] : hard_inputs()) {
    SCOPED_TRACE(name);
    const MomentRow row = reference::moments(values);
    expect_moments(Moments::from_row(row).row(), row);
  }
}

TEST(Moments, RowsMergeLikeTheirValues) {
  const auto a = normal(1000, 1, 2, 5), b = normal(70, -3, 0.5, 6);
  Moments sum = Moments::from_row(reference::moments(a));
  merge(sum, Moments::from_row(reference::moments(b)));
  expect_moments(sum.row(), reference::moments(concatenate({a, b})));
}

}  // namespace
}  // namespace kindred::statistics
