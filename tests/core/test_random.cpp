#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/random.hpp"

namespace kindred {
namespace {

TEST(RandomStream, IsPhilox4x32WithTenRounds) {
  // Random123's known-answer file (kat_vectors): philox4x32 10, counter 0, key 0. The stream's counter is
  // (block low, block high, substream, stream), so stream 0 reproduces it.
  RandomStream stream(0, static_cast<Stream>(0));
  EXPECT_EQ(stream.next(), 0x6627e8d5u);
  EXPECT_EQ(stream.next(), 0xe169c58du);
  EXPECT_EQ(stream.next(), 0xbc57ac4cu);
  EXPECT_EQ(stream.next(), 0x9b00dbd8u);
}

TEST(RandomStream, FillGivesTheWordsThatNextGives) {
  const std::uint64_t key = 0x123456789abcdef0;
  for (const std::size_t before : {0, 1, 3, 4, 5})
    for (const std::size_t count : {0, 1, 63, 64, 65, 200, 1024}) {
      RandomStream one(key, Stream::dropout, 7), many(key, Stream::dropout, 7);
      for (std::size_t i = 0; i < before; ++i) EXPECT_EQ(one.next(), many.next());
      std::vector<std::uint32_t> expected(count), words(count);
      for (auto& word : expected) word = one.next();
      many.fill(words);
      EXPECT_EQ(words, expected) << count << " words after " << before;
      EXPECT_EQ(many.next(), one.next()) << "the stream goes on behind them";
    }
}

TEST(RandomStream, SkipLeavesOutTheWordsThatNextGives) {
  for (const std::uint64_t before : {0, 1, 2, 3, 4, 5})
    for (const std::uint64_t count : {0, 1, 2, 3, 4, 5, 6, 7, 8, 63, 64, 1001}) {
      RandomStream one(1, Stream::dropout, 7), skipping = one;
      for (std::uint64_t i = 0; i < before; ++i) one.next(), skipping.next();
      for (std::uint64_t i = 0; i < count; ++i) one.next();
      skipping.skip(count);
      for (int i = 0; i < 9; ++i) EXPECT_EQ(skipping.next(), one.next()) << count << " after " << before;
    }
}

TEST(RandomStream, SkipsAddUpBeyondACountersLowerWord) {
  RandomStream once(1, Stream::dropout), twice(1, Stream::dropout);
  once.skip((std::uint64_t{1} << 36) + 3);
  twice.skip((std::uint64_t{1} << 36) - 6);
  twice.skip(9);
  std::vector<std::uint32_t> words(100), expected(100);
  once.fill(words);
  for (auto& word : expected) word = twice.next();
  EXPECT_EQ(words, expected);
}

TEST(RandomStream, DependsOnKeyStreamAndSubstreamOnly) {
  const auto draw = [](std::uint64_t key, Stream stream, std::uint32_t substream) {
    RandomStream random(key, stream, substream);
    return std::vector<std::uint32_t>{random.next(), random.next(), random.next(), random.next(),
                                      random.next()};
  };
  const auto first = draw(7, Stream::order, 0);
  EXPECT_EQ(first, draw(7, Stream::order, 0));
  EXPECT_NE(first, draw(8, Stream::order, 0));
  EXPECT_NE(first, draw(7, Stream::dropout, 0));
  EXPECT_NE(first, draw(7, Stream::order, 1));
  EXPECT_NE(first, draw(7 + (std::uint64_t{1} << 32), Stream::order, 0)) << "the key's upper half counts";
}

TEST(RandomStream, UniformFillsTheUnitInterval) {
  RandomStream random(1, Stream::sampling);
  double sum = 0, low = 1, high = 0;
  const int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double x = random.uniform();
    sum += x;
    low = std::min(low, x);
    high = std::max(high, x);
  }
  EXPECT_GE(low, 0.0);
  EXPECT_LT(high, 1.0);
  EXPECT_NEAR(sum / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
}

TEST(RandomStream, NormalHasTheStandardMoments) {
  RandomStream random(2, Stream::initial_values);
  const int n = 200000;
  double sum = 0, squares = 0, fourth = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
  }
  // Five standard errors: var(x) = 1, var(x²) = 2, var(x⁴) = 96.
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth / n, 3, 5 * std::sqrt(96.0 / n));
}

TEST(RandomStream, BelowIsUniformOverItsRange) {
  RandomStream random(3, Stream::label_noise);
  std::vector<int> counts(10);
  const int n = 100000;
  for (int i = 0; i < n; ++i) ++counts.at(random.below(10));
  double chi_squared = 0;
  for (const int count : counts) chi_squared += (count - n / 10.0) * (count - n / 10.0) / (n / 10.0);
  EXPECT_LT(chi_squared, 27.9) << "0.1 % point of chi-squared with 9 degrees of freedom";
  EXPECT_EQ(random.below(1), 0u);
}

TEST(RandomPermutation, HoldsEveryIndexOnce) {
  for (const std::uint32_t count : {0u, 1u, 2u, 1000u}) {
    RandomStream random(4, Stream::order);
    auto order = random_permutation(random, count);
    ASSERT_EQ(order.size(), count);
    if (count == 1000) {
      EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
    }
    std::sort(order.begin(), order.end());
    for (std::uint32_t i = 0; i < count; ++i) EXPECT_EQ(order[i], i);
  }
}

}  // namespace
}  // namespace kindred
