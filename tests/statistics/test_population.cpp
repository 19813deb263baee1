#include <gtest/gtest.h>

#include <array>

#include "reference.hpp"
#include "statistics/population.hpp"

namespace kindred::statistics {
namespace {

using namespace reference;

constexpr PopulationShape shape{2, 514, 2, 20001};  // over one kernel block of weights

/// A run whose parameters are two tensors and whose weights are all of the first; its nodes' strengths are of
/// two layers.
struct Run {
  std::vector<float> first, second;
  std::array<std::vector<float>, 2> layers;
  std::vector<double> moments;
  std::vector<std::uint32_t> histogram;
};

Run make_run(std::uint64_t key, std::vector<float> second) {
  Run run{normal(static_cast<std::size_t>(shape.weights), 0.1, 1.0 + 0.1 * static_cast<double>(key), key),
          std::move(second),
          {normal(20, 1, 2, 200 + key), {}},
          {},
          {}};
  if (key % 2 == 0) run.layers[1] = {nan, static_cast<float>(key), -1};
  const Description out = describe({run.first, run.second});
  run.moments.assign(out.moments.begin(), out.moments.begin() + 2 * moment_count);
  run.histogram.assign(out.histogram.begin(), out.histogram.begin() + 2 * shape.bins);
  return run;
}

// The second tensor is, run by run: random, constant (skewness NaN), empty (nearly all NaN), with NaN values.
std::vector<Run> make_runs(int count) {
  std::vector<Run> runs;
  for (int i = 0; i < count; ++i) {
    const auto key = static_cast<std::uint64_t>(i);
    std::vector<float> second = normal(50, 2, 0.1, 100 + key);
    if (i % 4 == 1) second.assign(10, 0.25f);
    if (i % 4 == 2) second.clear();
    if (i % 4 == 3) second[5] = nan;
    runs.push_back(make_run(key, second));
  }
  return runs;
}

void add(PopulationSummary& summary, const Run& run) {
  const std::array<Moments, 2> nodes = {moments_of(run.layers[0]), moments_of(run.layers[1])};
  summary.add(run.moments, run.histogram, nodes, run.first);
}

PopulationSummary summary_of(const std::vector<Run>& runs, std::size_t begin, std::size_t end) {
  PopulationSummary summary(shape);
  for (std::size_t i = begin; i < end; ++i) add(summary, runs[i]);
  return summary;
}

void expect_summary(const PopulationSummary& summary, const std::vector<Run>& runs) {
  ASSERT_EQ(summary.runs(), static_cast<std::int64_t>(runs.size()));
  for (int row = 0; row < 2; ++row) {
    std::vector<std::vector<float>> parts;
    std::vector<std::uint64_t> counts(shape.bins);
    for (const Run& run : runs) {
      parts.push_back(row == 0 ? run.first : run.second);
      for (std::int64_t k = 0; k < shape.bins; ++k) counts[k] += run.histogram[row * shape.bins + k];
    }
    expect_moments(summary.pooled(row), reference::moments(concatenate(parts)));
    for (std::int64_t k = 0; k < shape.bins; ++k) ASSERT_EQ(summary.histogram(row, k), counts[k]);
    for (std::size_t m = 0; m < moment_count; ++m) {
      std::vector<double> values;
      for (const Run& run : runs)
        if (const double v = run.moments[row * moment_count + m]; !std::isnan(v)) values.push_back(v);
      long double mean = 0, squares = 0, scale = 0;
      for (const double v : values) mean += v / static_cast<long double>(values.size());
      for (const double v : values)
        squares += (v - mean) * (v - mean) / static_cast<long double>(values.size());
      for (const double v : values) scale = std::max<long double>(scale, std::abs(v));
      const auto column = static_cast<std::int64_t>(m);
      if (values.empty()) {
        EXPECT_TRUE(std::isnan(summary.moment_mean(row, column)));
        EXPECT_TRUE(std::isnan(summary.moment_std(row, column)));
        continue;
      }
      // Rounding of a mean of n terms is below n ε of the largest; so is that of the root of their squares.
      const double tolerance = static_cast<double>(scale) * static_cast<double>(values.size()) * 1e-15;
      EXPECT_NEAR(summary.moment_mean(row, column), static_cast<double>(mean), tolerance) << moment_names[m];
      EXPECT_NEAR(summary.moment_std(row, column), static_cast<double>(std::sqrt(squares)), tolerance)
          << moment_names[m];
    }
  }
  for (std::size_t layer = 0; layer < 2; ++layer) {
    std::vector<std::vector<float>> parts;
    for (const Run& run : runs) parts.push_back(run.layers[layer]);
    expect_moments(summary.node_pooled(static_cast<std::int64_t>(layer)),
                   reference::moments(concatenate(parts)));
  }
  const auto weight_mean = summary.weight_mean();
  const auto weight_variance = summary.weight_variance();
  const auto n = static_cast<long double>(runs.size());
  for (std::int64_t i = 0; i < shape.weights; ++i) {
    long double mean = 0, variance = 0;
    for (const Run& run : runs) mean += run.first[i] / n;
    for (const Run& run : runs) variance += (run.first[i] - mean) * (run.first[i] - mean) / n;
    ASSERT_NEAR(weight_mean[i], static_cast<double>(mean), 1e-14);  // of weights of size 1
    ASSERT_NEAR(weight_variance[i], static_cast<double>(variance), 1e-13 * static_cast<double>(variance + 1));
  }
}

TEST(Population, AgreesWithTheDefinition) {
  for (const int count : {1, 2, 9}) {
    const auto runs = make_runs(count);
    expect_summary(summary_of(runs, 0, runs.size()), runs);
  }
}

TEST(Population, MergeOfPartsIsTheWhole) {
  const auto runs = make_runs(9);
  for (const std::size_t cut : {0, 1, 4, 9}) {
    PopulationSummary left = summary_of(runs, 0, cut);
    left.merge(summary_of(runs, cut, runs.size()));
    expect_summary(left, runs);
  }
}

TEST(Population, AnEmptySummaryChangesNoBit) {
  const auto runs = make_runs(3);
  const PopulationSummary some = summary_of(runs, 0, 3);
  PopulationSummary left = summary_of(runs, 0, 3), right(shape);
  left.merge(PopulationSummary(shape));
  right.merge(some);
  EXPECT_TRUE(same_bits(left.storage(), some.storage()));
  EXPECT_TRUE(same_bits(right.storage(), some.storage()));
}

TEST(Population, SameOrderGivesTheSameBits) {
  const auto runs = make_runs(7);
  const auto reduce = [&] {
    PopulationSummary sum(shape);
    for (const auto& [begin, end] : {std::pair{0, 3}, {3, 4}, {4, 7}})
      sum.merge(summary_of(runs, begin, end));
    return sum;
  };
  EXPECT_TRUE(same_bits(reduce().storage(), reduce().storage()));
}

TEST(Population, WithoutRunsNothingIsDefined) {
  const PopulationSummary none(shape);
  EXPECT_EQ(none.runs(), 0);
  EXPECT_EQ(none.pooled(0)[0], 0);
  EXPECT_TRUE(std::isnan(none.pooled(0)[1]));
  EXPECT_EQ(none.node_pooled(1)[0], 0);
  EXPECT_TRUE(std::isnan(none.node_pooled(1)[1]));
  EXPECT_TRUE(std::isnan(none.moment_mean(1, 2)));
  EXPECT_TRUE(std::isnan(none.moment_std(1, 2)));
  for (const double v : none.weight_variance()) ASSERT_TRUE(std::isnan(v));
}

TEST(Population, AViewSharesItsStorage) {
  const auto runs = make_runs(2);
  std::vector<double> storage(PopulationSummary::length(shape), 0.0);
  PopulationSummary view(shape, storage);
  for (const auto& run : runs) add(view, run);
  EXPECT_TRUE(same_bits(storage, summary_of(runs, 0, 2).storage()));
  EXPECT_EQ(PopulationSummary(shape, storage).runs(), 2);
}

TEST(Population, AMovedSummaryKeepsItsNumbers) {
  const auto runs = make_runs(2);
  PopulationSummary source = summary_of(runs, 0, 2);
  std::vector<PopulationSummary> held;
  held.push_back(std::move(source));
  held.emplace_back(shape);
  expect_summary(held[0], runs);
}

TEST(Population, WeightsAndNodesMayBeLeftOut) {
  constexpr PopulationShape without{1, 514, 0, 0};
  const auto run = describe({{1, 2, 3}});
  PopulationSummary summary(without);
  summary.add(std::span(run.moments).first(moment_count), std::span(run.histogram).first(514), {}, {});
  EXPECT_EQ(summary.runs(), 1);
  EXPECT_EQ(summary.pooled(0)[0], 3);
  EXPECT_TRUE(summary.weight_mean().empty());
}

}  // namespace
}  // namespace kindred::statistics
