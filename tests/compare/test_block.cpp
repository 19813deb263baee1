#include <gtest/gtest.h>

#include <cmath>

#include "compare/block.hpp"
#include "compare/inner_products.hpp"
#include "core/random.hpp"

namespace kindred::compare {
namespace {

class Blocks : public testing::TestWithParam<std::int64_t> {
 protected:
  FeatureRows random(std::uint64_t key) const {
    FeatureRows rows(block_runs, GetParam());
    RandomStream stream(key, Stream::sampling);
    for (std::int64_t i = 0; i < block_runs; ++i)
      for (std::int64_t k = 0; k < GetParam(); ++k) rows.row(i)[k] = static_cast<float>(stream.normal());
    return rows;
  }
  template <class Term>
  static double reference(const FeatureRows& a, const FeatureRows& b, std::int64_t i, std::int64_t j,
                          std::int64_t length, Term term) {
    double sum = 0;
    for (std::int64_t k = 0; k < length; ++k)
      sum += term(static_cast<double>(a.row(i)[k]), static_cast<double>(b.row(j)[k]));
    return sum;
  }
};

TEST_P(Blocks, AbsoluteDifferencesOfEveryPair) {
  const auto a = random(1), b = random(2);
  PairSums sums;
  absolute_differences({a.row(0), b.row(0), a.stride(), block_runs, block_runs, false}, GetParam(), nullptr,
                       sums);
  for (std::int64_t i = 0; i < block_runs; ++i)
    for (std::int64_t j = 0; j < block_runs; ++j) {
      const double expected =
          reference(a, b, i, j, GetParam(), [](double x, double y) { return std::fabs(x - y); });
      // fp32 within a chunk of 2,048: at most 2,048 additions of half an ulp each, if not vectorised.
      ASSERT_NEAR(sums[static_cast<std::size_t>(i * block_runs + j)], expected,
                  expected * 2048 * 6e-8 + 1e-12);
    }
}

TEST_P(Blocks, InnerProductsOfEveryPair) {
  const auto a = random(3), b = random(4);
  PairSums sums;
  const auto products = host_inner_products();
  const BlockPair pair{a.row(0), b.row(0), a.stride(), block_runs, block_runs, false};
  const std::vector<BlockPair> twice(2, pair);
  std::vector<PairSums> both(2);
  products->compute(std::span(&pair, 1), 0, a.stride(), std::span(&sums, 1));
  products->compute(twice, 0, a.stride(), both);
  EXPECT_TRUE(both[0] == sums && both[1] == sums);
  for (std::int64_t i = 0; i < block_runs; ++i)
    for (std::int64_t j = 0; j < block_runs; ++j) {
      const double expected = reference(a, b, i, j, GetParam(), [](double x, double y) { return x * y; });
      const double size =
          reference(a, b, i, j, GetParam(), [](double x, double y) { return std::fabs(x * y); });
      ASSERT_NEAR(sums[static_cast<std::size_t>(i * block_runs + j)], expected, size * 1024 * 6e-8 + 1e-12);
    }
}

TEST_P(Blocks, EqualRowsAreAtDistanceZero) {
  const auto a = random(5);
  PairSums sums;
  absolute_differences({a.row(0), a.row(0), a.stride(), block_runs, block_runs, true}, GetParam(), nullptr,
                       sums);
  for (std::int64_t i = 0; i < block_runs; ++i)
    EXPECT_EQ(sums[static_cast<std::size_t>(i * block_runs + i)], 0.0);
}

INSTANTIATE_TEST_SUITE_P(Lengths, Blocks, testing::Values(1, 10, 16, 1023, 1024, 1025, 5000));

}  // namespace
}  // namespace kindred::compare
