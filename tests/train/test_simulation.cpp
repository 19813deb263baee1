#include <gtest/gtest.h>

#include <vector>

#include "train/simulation.hpp"

namespace kindred::train {
namespace {

Schedule one_kind(std::size_t packs) {
  return Schedule(CostModel({{1, 0, 0}}), std::vector<std::size_t>(packs, 0));
}

TEST(Simulation, PlaysThroughASmallCaseAsOnPaper) {
  // Costliest first on two ranks: 5 | 4, then 3 goes to the second at 4, then 2 to the first at 5.
  const Schedule schedule(CostModel({{5, 0, 0}, {4, 1, 0}, {3, 2, 0}, {2, 3, 0}}), {0, 1, 2, 3});
  const std::vector<double> seconds = {5, 4, 3, 2};
  const auto result = simulate(schedule, seconds, {.ranks = 2});
  EXPECT_DOUBLE_EQ(result.seconds, 7);
  EXPECT_DOUBLE_EQ(result.busy, 14);
  EXPECT_DOUBLE_EQ(result.utilisation, 1);
  EXPECT_DOUBLE_EQ(result.lower_bound, 7);
}

TEST(Simulation, OneRankIsAlwaysBusy) {
  const std::vector<double> seconds = {1, 2, 3};
  const auto result = simulate(one_kind(3), seconds, {.ranks = 1, .latency = 1, .service = 1});
  EXPECT_EQ(result.seconds, 6) << "rank 0 asks itself";
  EXPECT_EQ(result.utilisation, 1);
}

TEST(Simulation, NothingToDo) {
  EXPECT_EQ(simulate(one_kind(0), {}, {.ranks = 3}).utilisation, 1);
  EXPECT_EQ(simulate(Schedule(CostModel({}), {}), {}, {.ranks = 3}).lower_bound, 0);
}

TEST(Simulation, TheLongestPackBoundsIt) {
  const std::vector<double> seconds = {8, 1, 1, 1};
  const auto result = simulate(one_kind(4), seconds, {.ranks = 4});
  EXPECT_EQ(result.lower_bound, 8);
  EXPECT_EQ(result.seconds, 8);
  EXPECT_DOUBLE_EQ(result.utilisation, 11.0 / 32);
}

TEST(Simulation, RequestsQueueUpAtRankZero) {
  // Four ranks but rank 0 ask at once; the last of the three waits for all.
  const std::vector<double> seconds(4, 10.0);
  const auto result = simulate(one_kind(4), seconds, {.ranks = 4, .latency = 0.5, .service = 1});
  EXPECT_DOUBLE_EQ(result.longest_wait, 0.5 + 3 + 0.5);
  EXPECT_DOUBLE_EQ(result.seconds, 4 + 10 + 0.5 + 1 + 0.5) << "and each asks again, in vain";
}

TEST(Simulation, AnIdleDeskLooksNowAndThen) {
  const std::vector<double> seconds(2, 1.0);
  const auto result = simulate(one_kind(2), seconds, {.ranks = 2, .latency = 0.1, .polling = 0.25});
  EXPECT_DOUBLE_EQ(result.longest_wait, 0.25 + 0.1);
}

TEST(Simulation, LearningShortensTheEnd) {
  // 40 long packs are believed short, so they come last; they cost 4 in truth, the 160 others 1. One of
  // the long ones is among the first packs, by a higher estimate of its own kind.
  std::vector<PackKind> kinds = {{1.1, 0, 0}, {0.9, 0, 0}, {1, 1, 1}};
  std::vector<std::size_t> kind_of = {0};
  std::vector<double> seconds = {4};
  for (int i = 0; i < 200; ++i) {
    kind_of.push_back(i % 5 == 0 ? 1 : 2);
    seconds.push_back(i % 5 == 0 ? 4 : 1);
  }
  const auto learned = simulate(Schedule(CostModel(kinds), kind_of), seconds, {.ranks = 16});
  // The same without learning: the tickets in the order of the first estimates.
  std::vector<std::size_t> order = {0};
  for (const std::size_t kind : {2, 1})
    for (std::size_t i = 1; i < seconds.size(); ++i)
      if (kind_of[i] == kind) order.push_back(i);
  std::vector<double> in_order;
  for (const auto ticket : order) in_order.push_back(seconds[ticket]);
  // One kind for all: every order by ticket stays.
  const auto fixed = simulate(one_kind(in_order.size()), in_order, {.ranks = 16});
  EXPECT_LT(learned.seconds, fixed.seconds);
  EXPECT_LE(learned.seconds, learned.lower_bound + 4);
}

}  // namespace
}  // namespace kindred::train
