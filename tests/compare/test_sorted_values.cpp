#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "compare/block.hpp"
#include "compare/sorted_values.hpp"

namespace kindred::compare {
namespace {

TEST(Standardize, MeanZeroAndDeviationOne) {
  std::vector<float> values{1e4f, 1e4f + 1, 1e4f + 2, 1e4f + 5};
  standardize(values);
  double sum = 0, squares = 0;
  for (const float value : values) {
    sum += static_cast<double>(value);
    squares += static_cast<double>(value) * static_cast<double>(value);
  }
  // Each value is rounded to fp32: half an ulp of values below 2.
  EXPECT_NEAR(sum, 0, 4 * 0x1p-24);
  EXPECT_NEAR(squares, 4, 16 * 0x1p-24);
}

TEST(Standardize, ConstantValuesAreZeros) {
  for (const float value : {0.0f, 0.1f, 1e30f, -1e-40f}) {
    std::vector<float> values(7, value);
    standardize(values);
    EXPECT_EQ(values, std::vector<float>(7, 0.0f)) << value;
  }
}

struct Sizes {
  std::int64_t left, right;
};
class Steps : public testing::TestWithParam<Sizes> {};

TEST_P(Steps, CoverBothQuantileFunctions) {
  const auto [left, right] = GetParam();
  const QuantileSteps steps(left, right);
  ASSERT_EQ(steps.widths.size(), steps.left_index.size());
  std::vector<double> of_left(static_cast<std::size_t>(left)), of_right(static_cast<std::size_t>(right));
  double end = 0;
  for (std::size_t k = 0; k < steps.widths.size(); ++k) {
    const auto width = static_cast<double>(steps.widths[k]);
    EXPECT_GT(width, 0);
    of_left[static_cast<std::size_t>(steps.left_index[k])] += width;
    of_right[static_cast<std::size_t>(steps.right_index[k])] += width;
    end += width;
  }
  EXPECT_NEAR(end, 1, 1e-6);
  for (const double width : of_left) EXPECT_NEAR(width * static_cast<double>(left), 1, 1e-6);
  for (const double width : of_right) EXPECT_NEAR(width * static_cast<double>(right), 1, 1e-6);
  EXPECT_EQ(static_cast<std::int64_t>(steps.widths.size()), left + right - std::gcd(left, right));
}

INSTANTIATE_TEST_SUITE_P(All, Steps,
                         testing::Values(Sizes{1, 1}, Sizes{1, 9}, Sizes{7, 3}, Sizes{64, 48}, Sizes{5, 5}));

TEST(AbsoluteDifferences, AreWeightedByTheWidths) {
  FeatureRows a(block_runs, 3), b(block_runs, 3);
  const float left[] = {1, 2, 4}, right[] = {3, 2, -1}, widths[] = {0.5f, 8, 2};
  std::copy_n(left, 3, a.row(1));
  std::copy_n(right, 3, b.row(2));
  PairSums sums;
  absolute_differences({a.row(0), b.row(0), a.stride(), 2, 3, false}, 3, widths, sums);
  EXPECT_EQ(sums[1 * block_runs + 2], 0.5 * 2 + 2 * 5);
}

}  // namespace
}  // namespace kindred::compare
