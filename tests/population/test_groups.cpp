#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "population/groups.hpp"

namespace kindred::population {
namespace {

using store::State;
using testing::ElementsAre;
using testing::IsEmpty;

TEST(Groups, AreTheBestAndTheWorstDoneRuns) {
  std::vector<State> states(10, State::done);
  const std::vector<double> accuracy = {.5, .9, .1, .8, .3, .7, .2, .6, .4, .95};
  std::vector<std::uint64_t> ids(10);
  const auto groups = choose_groups(states, accuracy, ids, 0.25);
  EXPECT_EQ(groups[0].size(), 10u);
  EXPECT_THAT(groups[1], ElementsAre(1, 3, 9)) << "a quarter of ten, rounded up";
  EXPECT_THAT(groups[2], ElementsAre(2, 4, 6));
}

TEST(Groups, TiesGoByIdentity) {
  const std::vector<State> states(8, State::done);
  const std::vector<double> accuracy(8, 0.5);
  const std::vector<std::uint64_t> ids = {8, 7, 6, 5, 4, 3, 2, 1};
  const auto groups = choose_groups(states, accuracy, ids, 0.25);
  EXPECT_THAT(groups[1], ElementsAre(6, 7));
  EXPECT_THAT(groups[2], ElementsAre(0, 1));
}

TEST(Groups, NeedEightDoneRuns) {
  std::vector<State> states(9, State::done);
  states[0] = State::diverged;
  states[1] = State::pending;
  const std::vector<double> accuracy(9, 0.5);
  const std::vector<std::uint64_t> ids = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  const auto groups = choose_groups(states, accuracy, ids, 0.5);
  EXPECT_THAT(groups[0], ElementsAre(2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(groups[1], IsEmpty());
  EXPECT_THAT(choose_groups({}, {}, {}, 0.25)[0], IsEmpty());
}

TEST(Groups, RunsOfUnknownAccuracyAreNeitherGoodNorBad) {
  const std::vector<State> states(12, State::done);
  std::vector<double> accuracy = {NAN, .1, .2, NAN, .3, .4, .5, .6, NAN, .7, .8, NAN};
  const std::vector<std::uint64_t> ids(12);
  const auto groups = choose_groups(states, accuracy, ids, 0.25);
  EXPECT_EQ(groups[0].size(), 12u);
  EXPECT_THAT(groups[1], ElementsAre(9, 10));
  EXPECT_THAT(groups[2], ElementsAre(1, 2));
  accuracy[1] = NAN;
  EXPECT_THAT(choose_groups(states, accuracy, ids, 0.25)[1], IsEmpty()) << "seven are too few";
}

}  // namespace
}  // namespace kindred::population
