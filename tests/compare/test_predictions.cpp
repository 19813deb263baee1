#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compare/predictions.hpp"
#include "core/random.hpp"

namespace kindred::compare {
namespace {

using Real = long double;
constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

std::size_t at(std::int64_t i, std::int64_t j) { return static_cast<std::size_t>(i * block_runs + j); }

/// Where `probabilities` puts one.
std::int64_t place(std::int64_t probe, std::int64_t c, std::int64_t probes, std::int64_t classes) {
  const std::int64_t first = probe / 64 * 64, width = std::min<std::int64_t>(64, probes - first);
  return first * classes + c * width + probe - first;
}

std::vector<float> logits(RandomStream& stream, std::int64_t count, double scale) {
  std::vector<float> values;
  for (std::int64_t k = 0; k < count; ++k) values.push_back(static_cast<float>(scale * stream.normal()));
  return values;
}

struct Shape {
  std::int64_t probes, classes;
};

class Predictions : public testing::TestWithParam<Shape> {
 protected:
  const std::int64_t probes = GetParam().probes, classes = GetParam().classes;

  /// Rows of random logits, from nearly even probabilities to nearly certain ones.
  FeatureRows random(std::uint64_t key) const {
    FeatureRows rows(block_runs, probes * classes);
    RandomStream stream(key, Stream::sampling);
    for (std::int64_t i = 0; i < block_runs; ++i)
      probabilities(logits(stream, probes * classes, std::pow(10, 4.0 * static_cast<double>(i) / 63 - 2)),
                    classes, rows.row(i));
    return rows;
  }
  PairSums distances(const FeatureRows& a, const FeatureRows& b) const {
    PairSums out;
    prediction_distances({a.row(0), b.row(0), a.stride(), block_runs, block_runs, false}, probes, classes,
                         out);
    return out;
  }
  Real reference(const float* a, const float* b) const {
    Real mean = 0;
    for (std::int64_t probe = 0; probe < probes; ++probe) {
      Real sum = 0;
      for (std::int64_t c = 0; c < classes; ++c) {
        const Real p = a[place(probe, c, probes, classes)], q = b[place(probe, c, probes, classes)];
        if (p > 0) sum += p * std::log(2 * p / (p + q));
        if (q > 0) sum += q * std::log(2 * q / (p + q));
      }
      mean += std::sqrt(sum / (2 * std::log(Real(2)))) / static_cast<Real>(probes);
    }
    return mean;
  }
};

TEST_P(Predictions, ProbabilitiesAreTheSoftmax) {
  RandomStream stream(1, Stream::sampling);
  const auto x = logits(stream, probes * classes, 5);
  std::vector<float> row(x.size(), -1.0f);
  probabilities(x, classes, row.data());
  for (std::int64_t probe = 0; probe < probes; ++probe) {
    Real sum = 0;
    for (std::int64_t c = 0; c < classes; ++c)
      sum += std::exp(Real(x[static_cast<std::size_t>(probe * classes + c)]));
    for (std::int64_t c = 0; c < classes; ++c) {
      const Real expected = std::exp(Real(x[static_cast<std::size_t>(probe * classes + c)])) / sum;
      ASSERT_FLOAT_EQ(row[static_cast<std::size_t>(place(probe, c, probes, classes))],
                      static_cast<float>(expected));
    }
  }
}

TEST_P(Predictions, MeanDistanceOfEveryPair) {
  const auto a = random(2), b = random(3);
  const auto out = distances(a, b);
  // A part's relative error is 1e-6 at most, fp32 adds them over the classes with 6e-8 each, and the square
  // root halves relative errors. Parts below 1e-30 may be lost.
  const double tolerance = (1e-6 + static_cast<double>(classes) * 6e-8) / 2;
  for (std::int64_t i = 0; i < block_runs; ++i)
    for (std::int64_t j = 0; j < block_runs; ++j) {
      const auto expected = static_cast<double>(reference(a.row(i), b.row(j)));
      ASSERT_NEAR(out[at(i, j)], expected, expected * tolerance + 1e-15) << i << " " << j;
      ASSERT_LE(out[at(i, j)], 1);
    }
}

TEST_P(Predictions, BitsDependOnTheTwoRowsAlone) {
  const auto a = random(4), b = random(5);
  const auto forth = distances(a, b), back = distances(b, a);
  for (std::int64_t i = 0; i < block_runs; ++i)
    for (std::int64_t j = 0; j < block_runs; ++j) ASSERT_EQ(forth[at(i, j)], back[at(j, i)]);
  PairSums out;
  out.fill(-1);
  prediction_distances({a.row(0), a.row(0), a.stride(), 10, 10, true}, probes, classes, out);
  const auto all = distances(a, a);
  for (std::int64_t i = 0; i < 10; ++i) {
    ASSERT_EQ(out[at(i, i)], 0);
    for (std::int64_t j = i; j < 10; ++j) ASSERT_EQ(out[at(i, j)], all[at(i, j)]);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Predictions,
                         testing::Values(Shape{1, 2}, Shape{5, 10}, Shape{63, 3}, Shape{64, 10},
                                         Shape{65, 10}, Shape{200, 1}, Shape{300, 10}));

TEST(PredictionCases, CertainPredictions) {
  FeatureRows rows(block_runs, 4);
  probabilities(std::vector<float>{1000, -1000, -1000, 1000}, 2, rows.row(0));
  probabilities(std::vector<float>{-1000, 1000, -1000, 1000}, 2, rows.row(1));
  EXPECT_THAT(std::vector<float>(rows.row(0), rows.row(0) + 4), testing::ElementsAre(1, 0, 0, 1));
  PairSums out;
  prediction_distances({rows.row(0), rows.row(0), rows.stride(), 2, 2, false}, 2, 2, out);
  EXPECT_EQ(out[at(0, 0)], 0);
  EXPECT_NEAR(out[at(0, 1)], 0.5, 0.5e-6);  // apart in one of two probes
}

TEST(PredictionCases, LogitsThatAreNotFinite) {
  for (const float bad : {nan, infinity, -infinity}) {
    FeatureRows rows(block_runs, 6);
    probabilities(std::vector<float>{1, 2, bad, 0, 3, 4}, 2, rows.row(0));
    probabilities(std::vector<float>{1, 2, 3, 4, 5, 6}, 2, rows.row(1));
    for (std::int64_t probe = 0; probe < 3; ++probe)
      for (std::int64_t c = 0; c < 2; ++c)
        EXPECT_EQ(std::isnan(rows.row(0)[place(probe, c, 3, 2)]), probe == 1) << bad;
    PairSums out;
    prediction_distances({rows.row(0), rows.row(0), rows.stride(), 2, 2, false}, 3, 2, out);
    EXPECT_TRUE(std::isnan(out[at(0, 1)]));
    EXPECT_TRUE(std::isnan(out[at(0, 0)]));
    EXPECT_EQ(out[at(1, 1)], 0);
  }
}

}  // namespace
}  // namespace kindred::compare
