#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "compare/linear_assignment.hpp"
#include "core/random.hpp"

namespace kindred::compare {
namespace {

using Weights = std::vector<float>;
using Order = std::vector<std::int32_t>;

Weights filled(std::size_t size, std::uint64_t key, const std::function<double(RandomStream&)>& draw) {
  RandomStream random(key, Stream::sampling);
  Weights weights(size * size);
  for (auto& weight : weights) weight = static_cast<float>(draw(random));
  return weights;
}

double normal(RandomStream& random) { return random.normal(); }
double one_of_three(RandomStream& random) { return random.below(3) - 1.0; }

double sum(const Weights& weights, std::span<const std::int32_t> columns) {
  double result = 0;
  for (std::size_t i = 0; i < columns.size(); ++i)
    result += static_cast<double>(weights[i * columns.size() + static_cast<std::size_t>(columns[i])]);
  return result;
}

void expect_permutation(std::span<const std::int32_t> columns) {
  Order sorted(columns.begin(), columns.end()), all(columns.size());
  std::ranges::sort(sorted);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(sorted, all);
}

double best_of_all(const Weights& weights, std::size_t size) {
  Order order(size);
  std::iota(order.begin(), order.end(), 0);
  double best = sum(weights, order);
  while (std::ranges::next_permutation(order).found) best = std::max(best, sum(weights, order));
  return best;
}

/// No assignment is worth more than Σu + Σp, whatever the prices p.
double bound(const Weights& weights, std::span<const double> prices) {
  double result = std::accumulate(prices.begin(), prices.end(), 0.0);
  for (std::size_t i = 0; i < prices.size(); ++i) {
    double best = -INFINITY;
    for (std::size_t j = 0; j < prices.size(); ++j)
      best = std::max(best, static_cast<double>(weights[i * prices.size() + j]) - prices[j]);
    result += best;
  }
  return result;
}

TEST(LinearAssignment, NothingToAssign) {
  LinearAssignment assignment(0);
  EXPECT_TRUE(assignment.maximize(nullptr, 0).empty());
}

TEST(LinearAssignment, OneRow) {
  LinearAssignment assignment(1);
  for (const float weight : {-3.0f, 0.0f, 5.0f}) {
    EXPECT_EQ(assignment.maximize(&weight, 1)[0], 0);
    EXPECT_TRUE(std::isfinite(assignment.prices()[0]));
  }
}

TEST(LinearAssignment, BestOfAllPermutations) {
  for (std::size_t size = 1; size <= 7; ++size)
    for (std::uint64_t key = 0; key < 30; ++key)
      for (const auto draw : {normal, one_of_three}) {
        const auto weights = filled(size, key, draw);
        LinearAssignment assignment(static_cast<std::int64_t>(size));
        const auto columns = assignment.maximize(weights.data(), static_cast<std::int64_t>(size));
        expect_permutation(columns);
        // Where two permutations are equal but for the sum's rounding, either may be found.
        ASSERT_NEAR(sum(weights, columns), best_of_all(weights, size), 1e-12) << size << ' ' << key;
      }
}

/// Weights of many kinds at sizes beyond all permutations: the prices prove the optimum.
TEST(LinearAssignment, PricesProveTheOptimum) {
  const std::vector<std::function<double(RandomStream&)>> draws{
      normal,
      one_of_three,
      [](RandomStream& random) { return -10 - random.uniform(); },
      [](RandomStream& random) { return 1e6 + random.normal(); },
      [](RandomStream& random) { return 1e-20 * random.normal(); },
      [](RandomStream& random) { return std::exp(10 * random.normal()); },
      [](RandomStream&) { return -2.5; },
      [](RandomStream&) { return 0.0; }};
  for (const std::size_t size : {15, 16, 17, 128})
    for (std::size_t kind = 0; kind < draws.size(); ++kind) {
      const auto weights = filled(size, kind, draws[kind]);
      LinearAssignment assignment(static_cast<std::int64_t>(size));
      const auto columns = assignment.maximize(weights.data(), static_cast<std::int64_t>(size));
      expect_permutation(columns);
      double largest = 0;
      for (const float weight : weights) largest = std::max(largest, std::fabs(static_cast<double>(weight)));
      // A price is a sum of at most 4 raises a row and as many paths: fp64's rounding of some thousand terms.
      const double rounding = 5000 * 1.1e-16 * largest * static_cast<double>(size);
      ASSERT_NEAR(sum(weights, columns), bound(weights, assignment.prices()), rounding)
          << size << ' ' << kind;
    }
}

TEST(LinearAssignment, EqualUnitsAndProductMatrices) {
  // Rank one: the largest go with the largest.
  constexpr std::size_t size = 128;
  Weights weights(size * size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      weights[i * size + j] = static_cast<float>(i / 2) * static_cast<float>((size - 1 - j) / 2);
  LinearAssignment assignment(size);
  const auto columns = assignment.maximize(weights.data(), size);
  expect_permutation(columns);
  for (std::size_t i = 0; i < size; ++i)
    EXPECT_EQ(i / 2, (size - 1 - static_cast<std::size_t>(columns[i])) / 2);
}

TEST(LinearAssignment, FromTheLastPricesOfRenamedColumns) {
  constexpr std::size_t size = 60;
  const auto weights = filled(size, 1, normal);
  LinearAssignment assignment(size);
  const auto first = assignment.maximize(weights.data(), size);
  const Order order(first.begin(), first.end());
  auto changed = filled(size, 2, [](RandomStream& random) { return 0.1 * random.normal(); });
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      changed[i * size + j] += weights[i * size + static_cast<std::size_t>(order[j])];
  LinearAssignment fresh(size);
  const double expected = sum(changed, fresh.maximize(changed.data(), size));
  assignment.rename(order);
  EXPECT_NEAR(sum(changed, assignment.maximize(changed.data(), size)), expected, 1e-10);
  EXPECT_NEAR(bound(changed, assignment.prices()), expected, 1e-10);
}

TEST(LinearAssignment, ABlockOfALargerMatrix) {
  const auto weights = filled(20, 3, normal);
  Weights block;
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t j = 0; j < 5; ++j) block.push_back(weights[(i + 4) * 20 + j + 7]);
  LinearAssignment inside(5), alone(5);
  const auto expected = alone.maximize(block.data(), 5);
  const auto columns = inside.maximize(weights.data() + 4 * 20 + 7, 20);
  EXPECT_TRUE(std::ranges::equal(columns, expected));
}

}  // namespace
}  // namespace kindred::compare
