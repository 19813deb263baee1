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
    EXPECT_TRUE(i == 0 || key_of(ordered[i - 1]) < key_of(ordered[i]));
  }
}

template <class T>
void expect_sorted_keys(const std::vector<T>& values) {
  std::vector<KeyOf<T>> keys, scratch(values.size());
  for (const T v : values) keys.push_back(key_of(v));
  auto expected = keys;
  radix_sort(std::span(keys), scratch.data());
  std::sort(expected.begin(), expected.end());
  EXPECT_TRUE(keys == expected);
}

TEST(RadixSort, Sorts) {
  for (const auto& [name, values] : hard_inputs()) {
    SCOPED_TRACE(name);
    expect_sorted_keys(finite(values));
    expect_sorted_keys(doubles(finite(values)));
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

TEST(Quantiles, OfDoublesAgreeWithTheDefinition) {
  for (const int count : {2, 257}) {
    DescribeOptions options;
    options.quantiles = count;
    for (const auto& [name, values] : hard_doubles()) {
      SCOPED_TRACE(name);
      const auto out = describe_doubles({values}, options);
      for (const std::size_t row : {0, 1})
        expect_equal(row_of(out.quantiles, row, count), reference::quantiles(values, count));
    }
  }
}

TEST(Quantiles, OfDoublesThatAreTooFarApartToSubtract) {
  DescribeOptions options;
  options.quantiles = 3;
  const double most = std::numeric_limits<double>::max();
  expect_equal(row_of(describe_doubles({{most, -most}}, options).quantiles, 0, 3), {-infinity, 0, infinity});
}

// What the counting of intervals meets: as many quantiles as values, all values in one interval but for an
// outlier, repeated values, zeros of both signs in the middle.
TEST(Quantiles, OfManyValuesInFewIntervals) {
  auto outlier = normal(20000, 0, 1e-3, 6), repeated = normal(20000, 0, 0.02, 7),
       sparse = normal(20000, 0, 1, 8);
  outlier[777] = 1e6f;
  for (float& v : repeated) v = std::round(v * 100) / 100;
  for (std::size_t i = 0; i < sparse.size(); ++i)
    if (i % 10 != 0) sparse[i] = i % 3 == 0 ? -0.0f : 0.0f;
  for (const int count : {3, 257, 20000, 30001}) {
    DescribeOptions options;
    options.quantiles = count;
    for (const auto& values : {outlier, repeated, sparse})
      expect_equal(row_of(describe({values}, options).quantiles, 0, count),
                   reference::quantiles(values, count));
  }
}

template <class T>
void expect_quantiles(const std::vector<T>& values, int count) {
  DescribeOptions options;
  options.quantiles = count;
  Description out;
  if constexpr (std::is_same_v<T, float>)
    out = describe({values}, options);
  else
    out = describe_doubles({values}, options);
  expect_equal(row_of(out.quantiles, 0, count), reference::quantiles(values, count));
}

// Fewer values than some thousands are all sorted, fewer than some hundreds otherwise.
TEST(Quantiles, OfSizesWhereTheMethodChanges) {
  for (const std::size_t size : {254, 255, 256, 257, 4094, 4095, 4096, 4097, 4098, 4099, 8191, 8192, 8193}) {
    SCOPED_TRACE(size);
    for (const int count : {2, 257}) {
      expect_quantiles(normal(size, -1, 0.5, size), count);
      expect_quantiles(fine_normals(size, 1), count);
    }
  }
}

std::vector<float> cubed_ratios(std::size_t count) {
  auto above = normal(count, 0, 1, 21), below = normal(count, 0, 1, 22);
  for (std::size_t i = 0; i < count; ++i) above[i] = std::pow(above[i] / below[i], 3.0f);
  return above;
}

// The intervals are of equal width: of heavy tails, and of all values but an outlier, one holds nearly all.
TEST(Quantiles, OfValuesThatIntervalsHardlyTellApart) {
  constexpr std::size_t size = 30000;
  std::map<std::string, std::vector<float>> inputs;
  inputs["equal"].assign(size, -0.3f);
  inputs["heavy tails"] = cubed_ratios(size);
  auto& two = inputs["two values"];
  for (std::size_t i = 0; i < size; ++i) two.push_back(i % 7 < 3 ? 0.25f : -1.5f);
  auto& neighbours = inputs["two neighbours"];
  for (const float v : two) neighbours.push_back(v > 0 ? 1e4f : std::nextafter(1e4f, 0.0f));
  for (const float outlier : {1e30f, -1e30f, 3.4e38f}) {
    auto& one = inputs["but for " + std::to_string(outlier)] = normal(size, 0, 0.05, 23);
    one[size / 2] = outlier;
  }
  auto& ends = inputs["two ends and a middle"] = normal(size, 0, 1e-3, 24);
  for (std::size_t i = 0; i < size; i += 3) ends[i] = i % 2 == 0 ? 1.0f : -1.0f;
  for (const auto& [name, values] : inputs) {
    SCOPED_TRACE(name);
    for (const int count : {2, 3, 257, 1000}) {
      expect_quantiles(values, count);
      expect_quantiles(doubles(values), count);
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
