#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "train/schedule.hpp"

namespace kindred::train {
namespace {

using testing::ElementsAre;

std::vector<std::int64_t> take_all(Schedule schedule) {
  std::vector<std::int64_t> tickets;
  while (const auto ticket = schedule.take()) tickets.push_back(*ticket);
  return tickets;
}

TEST(Schedule, HandsOutTheCostliestFirstAndTiesInOrder) {
  // Kinds 0 and 2 cost the same: their tickets come by number, whatever their kind.
  const Schedule schedule(CostModel({{5, 0, 0}, {9, 1, 0}, {5, 2, 0}, {1, 3, 0}}), {3, 2, 0, 1, 2, 0, 1});
  EXPECT_THAT(take_all(schedule), ElementsAre(3, 6, 1, 2, 4, 5, 0));
}

TEST(Schedule, NothingAndOnePack) {
  EXPECT_EQ(Schedule(CostModel({}), {}).take(), std::nullopt);
  EXPECT_EQ(Schedule(CostModel({}), {}).seconds_left(), 0);
  Schedule one(CostModel({{2, 0, 0}}), {0});
  EXPECT_EQ(one.seconds_left(), 2);
  EXPECT_EQ(one.take(), 0);
  EXPECT_EQ(one.take(), std::nullopt);
  EXPECT_EQ(one.seconds_left(), 2) << "taken, but not over";
  one.finished(0, 3);
  EXPECT_EQ(one.seconds_left(), 0);
}

TEST(Schedule, AWrongFirstEstimateIsCorrectedByTheFirstPackThatFinishes) {
  // Kind 0 was believed to take 10 s and takes 1; kind 1, of another architecture, 5 as believed.
  Schedule schedule(CostModel({{10, 0, 0}, {5, 1, 1}}), {0, 0, 0, 1, 1, 1});
  EXPECT_EQ(schedule.take(), 0);
  schedule.finished(0, 1);
  EXPECT_EQ(schedule.take(), 3);
  schedule.finished(3, 5);
  EXPECT_THAT(take_all(schedule), ElementsAre(4, 5, 1, 2));
}

TEST(Schedule, ARankThatHasDoneNothingReportsNothing) {
  Schedule schedule(CostModel({{10, 0, 0}}), {0, 0});
  schedule.finished(-1, 0);
  schedule.finished(2, 1);
  EXPECT_EQ(schedule.seconds_left(), 20);
  EXPECT_FALSE(schedule.model().has_learned());
}

TEST(CostModel, StartsWithTheFirstEstimates) {
  const CostModel model({{10, 0, 0}, {0.5, 1, 0}});
  EXPECT_EQ(model.seconds(0), 10);
  EXPECT_EQ(model.seconds(1), 0.5);
  EXPECT_FALSE(model.has_learned());
}

TEST(CostModel, ConvergesToTheGeometricMeanOfWhatItsKindTook) {
  CostModel model({{10, 0, 0}, {10, 0, 0}});
  for (int i = 0; i < 1000; ++i) model.observe(0, i % 2 ? 20 : 80);
  EXPECT_NEAR(model.seconds(0), 40, 0.02) << "a thousandth of log 4 is drawn to the cohort, which agrees";
}

TEST(CostModel, RelativesLearnTheMoreTheCloserTheyAre) {
  // Kinds: observed, of its cohort, of its architecture; and another architecture that is as estimated.
  CostModel model({{1, 0, 0}, {1, 0, 0}, {1, 1, 0}, {1, 2, 1}});
  model.observe(3, 1);
  model.observe(0, 4);
  EXPECT_GT(model.seconds(0), model.seconds(1));
  EXPECT_GT(model.seconds(1), model.seconds(2));
  EXPECT_GT(model.seconds(2), 1.5);
  EXPECT_NEAR(model.seconds(3), 1, 0.2);
}

TEST(CostModel, AFactorThatIsCommonToAllIsTheMachines) {
  CostModel model({{1, 0, 0}, {2, 1, 1}, {3, 2, 2}});
  for (int i = 0; i < 100; ++i) model.observe(0, 7);
  EXPECT_NEAR(model.seconds(2), 21, 0.5) << "a hundredth of log 7 is drawn to no correction";
}

TEST(CostModel, DoesNotDependOnTheOrderOfWhatItSees) {
  // Sums of a few small integers' logarithms, in two orders: equal up to the last bits.
  CostModel first({{1, 0, 0}, {1, 1, 0}}), second = first;
  first.observe(0, 2), first.observe(1, 3), first.observe(0, 5);
  second.observe(0, 5), second.observe(0, 2), second.observe(1, 3);
  for (const std::size_t kind : {0u, 1u}) EXPECT_NEAR(first.seconds(kind), second.seconds(kind), 1e-12);
}

TEST(CostModel, TakesNoNonsense) {
  CostModel model({{1, 0, 0}, {0, 0, 0}});
  for (const double seconds : {0.0, -1.0, double(NAN), double(INFINITY)}) model.observe(0, seconds);
  model.observe(1, 5);  // an estimate of zero has no ratio
  EXPECT_EQ(model.seconds(0), 1);
  EXPECT_EQ(model.seconds(1), 0);
  EXPECT_FALSE(model.has_learned());
}

}  // namespace
}  // namespace kindred::train
