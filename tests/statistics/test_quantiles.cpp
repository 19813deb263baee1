#include <gtest/gtest.h>

#include "core/error.hpp"
#include "reference.hpp"
#include "statistics/quantiles.hpp"
#include "statistics/radix_sort.hpp"

namespace kindred::statistics {
namespace {

using namespace reference;

// Equal as numbers: zeros of either sign are one value, NaN equals NaN.
void expect_equal(const std::vector<float>& actual, const std::vector<float>& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t i = 0; i < actual.size(); ++i)
    ASSERT_TRUE(actual[i] == expected[i] || (std::isnan(actual[i]) && std::isnan(expected[i])))
        << "quantile " << i << ": " << actual[i] << " is not " << expected[i];
}

TEST(RadixSort, KeysKeepTheOrderAndTheBits) {
  const std::vector<float> ordered = {-infinity, -3.4e38f, -1, -1e-45f, -0.0f,
                                      0.0f,      1e-45f,   1,  3.4e38f, infinity};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>(value_of(key_of(ordered[i]))),
              std::bit_cast<std::uint32_t>(ordered[i]));
    EXPECT_EQ(is_finite_key(key_of(ordered[i])), std::isfinite(ordered[i])) << ordered[i];
    EXPECT_TRUE(i == 0 || key_of(ordered[i - 1]) < key_of(ordered[i]));
  }
  EXPECT_FALSE(is_finite_key(key_of(nan)));
  EXPECT_FALSE(is_finite_key(key_of(-nan)));
  EXPECT_TRUE(is_finite_key(key_of(std::numeric_limits<float>::max())));
  EXPECT_TRUE(is_finite_key(key_of(std::numeric_limits<float>::lowest())));
}

TEST(RadixSort, SortsTheFiniteValues) {
  for (const auto& [name, values] : hard_inputs()) {
    std::vector<std::uint32_t> sorted(values.size()), scratch(values.size());
    sorted.resize(radix_sort<float>(values, sorted.data(), scratch.data()));
    std::vector<std::uint32_t> expected;
    for (const float v : finite(values)) expected.push_back(key_of(v));
    std::sort(expected.begin(), expected.end());
    EXPECT_TRUE(sorted == expected) << name;
  }
}

TEST(Quantiles, KnownValues) {
  DescribeOptions options;
  options.quantiles = 5;
  expect_equal(row_of(describe({{4, 1, nan, 2, 3}}, options).quantiles, 0, 5), {1, 1.75f, 2.5f, 3.25f, 4});
}

// Near zero numpy's form, 20 - 60 (1 - 2/3), keeps its rounding error, and each other form has another.
TEST(Quantiles, RoundLikeNumpy) {
  DescribeOptions options;
  options.quantiles = 4;
  expect_equal(row_of(describe({{20, -40}}, options).quantiles, 0, 4), {-40, -20, -0x1p-48f, 20});
}

TEST(Quantiles, AgreeWithTheDefinitionOnHardInputs) {
  for (const int count : {2, 3, 257, 1000}) {
    DescribeOptions options;
    options.quantiles = count;
    for (const auto& [name, values] : hard_inputs()) {
      SCOPED_TRACE(name);
      const auto out = describe({values}, options);
      for (const std::size_t row : {0, 1})
        expect_equal(row_of(out.quantiles, row, count), reference::quantiles(values, count));
    }
  }
}

TEST(Quantiles, EndAtTheExtremesAndNeverDecrease) {
  const auto values = normal(30011, 0, 1, 9);
  const auto q = row_of(describe({values}).quantiles, 0, 257);
  EXPECT_EQ(q.front(), *std::min_element(values.begin(), values.end()));
  EXPECT_EQ(q.back(), *std::max_element(values.begin(), values.end()));
  EXPECT_TRUE(std::is_sorted(q.begin(), q.end()));
}

// Few unequal segments are merged, many like ones sorted afresh; both must give the quantiles of all values.
TEST(Quantiles, OfAllSegmentsTogether) {
  const std::vector<std::vector<float>> unequal = {
      normal(30000, 0, 1, 1), {}, normal(10, 5, 1, 2), normal(700, -1, 3, 3), {nan, 0.5f}};
  std::vector<std::vector<float>> alike;
  for (std::uint64_t i = 0; i < 40; ++i)
    alike.push_back(normal(1000, 0.01 * static_cast<double>(i), 1, 10 + i));
  alike[7][3] = infinity;
  const std::vector<std::vector<float>> none = {{}, {nan}};
  for (const auto& parts : {unequal, alike, none, std::vector<std::vector<float>>{}}) {
    SCOPED_TRACE(parts.size());
    const auto out = describe(parts);
    for (std::size_t s = 0; s < parts.size(); ++s)
      expect_equal(row_of(out.quantiles, s, 257), reference::quantiles(parts[s], 257));
    expect_equal(row_of(out.quantiles, parts.size(), 257), reference::quantiles(concatenate(parts), 257));
  }
}

TEST(Quantiles, RefusesFewerThanTwo) {
  DescribeOptions options;
  options.quantiles = 1;
  EXPECT_THROW(Describer{options}, Error);
}

}  // namespace
}  // namespace kindred::statistics
