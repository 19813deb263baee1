#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "compare/divergence_part.hpp"
#include "compare/jensen_shannon.hpp"
#include "core/random.hpp"

namespace kindred::compare {
namespace {

using Real = long double;

/// What two shares add to twice the divergence in nats.
Real exact_part(Real p, Real q) {
  const Real s = p + q;
  return (p > 0 ? p * std::log(2 * p / s) : 0) + (q > 0 ? q * std::log(2 * q / s) : 0);
}

Real reference(const float* a, const float* b, std::int64_t bins) {
  Real total_a = 0, total_b = 0, sum = 0;
  for (std::int64_t k = 0; k < bins; ++k) total_a += a[k], total_b += b[k];
  for (std::int64_t k = 0; k < bins; ++k) sum += exact_part(a[k] / total_a, b[k] / total_b);
  return std::sqrt(sum / (2 * std::log(Real(2))));
}

// Each part's relative error is 1e-6 at most, and fp32 adds at most 1,024 of them with half a unit in the
// last place (6e-8) each; nothing is negative, and the square root halves relative errors.
constexpr double tolerance = (1e-6 + 1024 * 6e-8) / 2;

std::size_t at(std::int64_t i, std::int64_t j) { return static_cast<std::size_t>(i * block_runs + j); }

FeatureRows shares(const FeatureRows& counts, std::int64_t bins) {
  FeatureRows made(block_runs, shares_length(bins), false);
  for (std::int64_t i = 0; i < block_runs; ++i)
    make_shares(std::vector<std::uint32_t>(counts.row(i), counts.row(i) + bins), made.row(i));
  return made;
}

PairSums distances(const FeatureRows& counts_a, const FeatureRows& counts_b, std::int64_t bins) {
  const auto a = shares(counts_a, bins), b = shares(counts_b, bins);
  PairSums out;
  out.fill(-1);
  jensen_shannon({a.row(0), b.row(0), a.stride(), block_runs, block_runs, false}, bins, out);
  return out;
}

FeatureRows random_histograms(std::uint64_t key, std::int64_t bins) {
  FeatureRows rows(block_runs, bins);
  RandomStream stream(key, Stream::sampling);
  for (std::int64_t i = 0; i < block_runs; ++i) {
    const double width = 0.02 + 0.2 * stream.uniform(), size = std::pow(10, 6 * stream.uniform());
    rows.row(i)[stream.below(static_cast<std::uint32_t>(bins))] = 1;
    for (std::int64_t k = 0; k < bins; ++k) {
      const double x = (static_cast<double>(k) / static_cast<double>(bins) - 0.5) / width;
      rows.row(i)[k] += static_cast<float>(std::floor(size * std::exp(-x * x / 2) * stream.uniform()));
    }
  }
  return rows;
}

TEST(DivergencePart, RelativeErrorAtEveryDifference) {
  for (const float scale : {1e-9f, 3e-4f, 0.37f, 1.99f})
    for (int k = 0; k < 30000; ++k) {
      const double t =
          k / 30000.0;  // p - q from 1e-6 of the sum to nearly all of it, evenly, and both densely
      for (const double d : {std::pow(10, -6 * t), t, 1 - std::pow(10, -8 * t), -t}) {
        const float x = static_cast<float>(static_cast<double>(scale) * d);
        const Real expected = exact_part((Real(scale) + Real(x)) / 2, (Real(scale) - Real(x)) / 2);
        ASSERT_NEAR(static_cast<double>(divergence_part(x, scale)), static_cast<double>(expected),
                    static_cast<double>(expected) * 1e-6)
            << d << " of " << scale;
      }
    }
  EXPECT_EQ(divergence_part(0, 1), 0);
  EXPECT_EQ(divergence_part(0, 0), 0);
}

class JensenShannon : public testing::TestWithParam<std::int64_t> {};

TEST_P(JensenShannon, EveryPairOfTwoBlocks) {
  const auto a = random_histograms(1, GetParam()), b = random_histograms(2, GetParam());
  const auto out = distances(a, b, GetParam());
  for (std::int64_t i = 0; i < block_runs; ++i)
    for (std::int64_t j = 0; j < block_runs; ++j) {
      const auto expected = static_cast<double>(reference(a.row(i), b.row(j), GetParam()));
      ASSERT_NEAR(out[at(i, j)], expected, expected * tolerance) << i << " " << j;
    }
}

TEST_P(JensenShannon, BitsDependOnTheTwoRowsAlone) {
  const auto a = random_histograms(3, GetParam()), b = random_histograms(4, GetParam());
  const auto forth = distances(a, b, GetParam()), back = distances(b, a, GetParam());
  for (std::int64_t i = 0; i < block_runs; ++i)
    for (std::int64_t j = 0; j < block_runs; ++j) ASSERT_EQ(forth[at(i, j)], back[at(j, i)]);
  PairSums one;
  const auto left = shares(a, GetParam()), right = shares(b, GetParam());
  jensen_shannon({left.row(5), right.row(7), left.stride(), 1, 1, false}, GetParam(), one);
  EXPECT_EQ(one[0], forth[at(5, 7)]);
}

TEST_P(JensenShannon, ABlockWithItself) {
  const auto a = random_histograms(5, GetParam());
  const auto all = distances(a, a, GetParam());
  PairSums upper;
  upper.fill(-1);
  const auto made = shares(a, GetParam());
  jensen_shannon({made.row(0), made.row(0), made.stride(), 50, 50, true}, GetParam(), upper);
  for (std::int64_t i = 0; i < 50; ++i) {
    ASSERT_EQ(upper[at(i, i)], 0);
    for (std::int64_t j = i; j < 50; ++j) ASSERT_EQ(upper[at(i, j)], all[at(i, j)]);
  }
}

INSTANTIATE_TEST_SUITE_P(Bins, JensenShannon, testing::Values(1, 2, 15, 16, 17, 258, 514, 2500));

TEST(JensenShannonCases, NearlyEqualHistograms) {
  constexpr std::int64_t bins = 514;
  FeatureRows a(block_runs, bins), b(block_runs, bins);
  for (std::int64_t k = 0; k < bins; ++k)
    for (std::int64_t i = 0; i < block_runs; ++i)
      a.row(i)[k] = b.row(i)[k] = static_cast<float>(k < 500 ? 2000 : 0);  // a million counts
  b.row(1)[17] += 1, b.row(1)[18] -= 1;                                    // one moved
  b.row(2)[17] += 1;                                                       // one more, so totals differ
  b.row(3)[17] -= 1, b.row(3)[513] += 1;                                   // one moved into an empty bin
  for (std::int64_t k = 0; k < bins; ++k) b.row(4)[k] *= 3;
  // One of a million moved between two large bins: far below what fp32 shares of 0.3 and 0.7 resolve.
  std::fill_n(a.row(5), bins, 0.0f), std::fill_n(b.row(5), bins, 0.0f);
  a.row(5)[0] = 300001, a.row(5)[1] = 699999, b.row(5)[0] = 300002, b.row(5)[1] = 699998;
  const auto out = distances(a, b, bins);
  EXPECT_EQ(out[at(0, 0)], 0);
  EXPECT_EQ(out[at(0, 4)], 0);
  const auto moved = static_cast<double>(reference(a.row(5), b.row(5), bins));
  EXPECT_NEAR(out[at(5, 5)], moved, moved * tolerance);
  for (const std::int64_t j : {1, 2, 3}) {
    const auto expected = static_cast<double>(reference(a.row(0), b.row(j), bins));
    EXPECT_GT(expected, 1e-6);
    EXPECT_LT(expected, 1e-3);
    EXPECT_NEAR(out[at(0, j)], expected, expected * tolerance) << j;
  }
}

TEST(JensenShannonCases, DisjointHugeAndEmptyHistograms) {
  constexpr std::int64_t bins = 40;
  FeatureRows a(block_runs, bins), b(block_runs, bins);
  a.row(0)[3] = 5, b.row(0)[4] = 7;
  a.row(1)[39] = 0x1p24f, b.row(1)[39] = 0x1p24f, b.row(1)[0] = 1;
  for (std::int64_t k = 0; k < bins; ++k)
    a.row(3)[k] = static_cast<float>(k % 2), b.row(3)[k] = 1 - a.row(3)[k];
  const auto out = distances(a, b, bins);
  EXPECT_NEAR(out[at(0, 0)], 1, tolerance);
  EXPECT_LE(out[at(0, 0)], 1);
  EXPECT_NEAR(out[at(3, 3)], 1, tolerance);
  EXPECT_LE(out[at(3, 3)], 1);
  const auto expected = static_cast<double>(reference(a.row(1), b.row(1), bins));
  EXPECT_NEAR(out[at(1, 1)], expected, expected * tolerance);
  for (const std::int64_t j : {0, 1, 3, 5}) {
    EXPECT_TRUE(std::isnan(out[at(2, j)]));
    EXPECT_TRUE(std::isnan(out[at(j, 2)]));
  }
}

}  // namespace
}  // namespace kindred::compare
