#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "samples.hpp"
#include "train/pack.hpp"

namespace kindred::train {
namespace {

using testing::ElementsAre;

std::vector<Pack> packs_of(const std::string& more, std::vector<std::int64_t> sizes,
                           std::vector<store::State> states = {}) {
  const auto sweep = small_sweep(more);
  states.resize(sweep.runs.size());
  return make_packs(sweep, make_cohorts(sweep), states, sizes);
}

std::vector<std::size_t> lengths(const std::vector<Pack>& packs) {
  std::vector<std::size_t> result;
  for (const auto& pack : packs) result.push_back(pack.runs.size());
  return result;
}

TEST(Packs, HoldEveryPendingRunOnceAndAreOfAboutEqualSize) {
  const auto packs = packs_of("[[sweep]]\nseeds = 7\n", {3});
  std::vector<std::int64_t> runs;
  for (const auto& pack : packs) runs.insert(runs.end(), pack.runs.begin(), pack.runs.end());
  EXPECT_THAT(runs, ElementsAre(0, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(lengths(packs), testing::UnorderedElementsAre(2, 2, 3));
  EXPECT_THAT(lengths(packs_of("[[sweep]]\nseeds = 9\n", {8})), ElementsAre(4, 5));
  EXPECT_THAT(lengths(packs_of("[[sweep]]\nseeds = 3\n", {100})), ElementsAre(3));
  EXPECT_THAT(lengths(packs_of("[[sweep]]\nseeds = 3\n", {1})), ElementsAre(1, 1, 1));
}

TEST(Packs, LeaveSettledRunsOut) {
  const auto packs =
      packs_of("[[sweep]]\nseeds = 4\n", {1},
               {store::State::done, store::State::diverged, store::State::failed, store::State::pending});
  ASSERT_EQ(packs.size(), 1u);
  EXPECT_THAT(packs[0].runs, ElementsAre(3));
  EXPECT_TRUE(packs_of("", {1}, {store::State::done}).empty());
}

TEST(Packs, EachCohortHasItsSize) {
  const auto packs = packs_of("[[sweep]]\nseeds = 4\n\"train.epochs\" = [1, 2]\n", {4, 2});
  EXPECT_THAT(lengths(packs), ElementsAre(4, 2, 2));
}

TEST(Packs, OnlyRunsThatCanTrainTogetherShareOne) {
  const std::string base = "[[sweep]]\nseeds = 2\n\"train.learning_rate\" = [0.1, 0.2]\n";
  EXPECT_EQ(packs_of(base, {100}).size(), 1u) << "learning rates and seeds mix";
  for (const char* more : {"\"model.activation\" = [\"relu\", \"tanh\"]\n",
                           "\"model.dropout\" = [0.0, 0.5]\n", "\"train.batch_size\" = [16, 32]\n"})
    EXPECT_EQ(packs_of(base + more, {100}).size(), 2u) << more;
}

TEST(Packs, OfOneKindShareTheirSettingsAndTheirSize) {
  const auto packs = packs_of("[[sweep]]\nseeds = 5\n\"model.activation\" = [\"relu\", \"tanh\"]\n", {2});
  std::vector<std::size_t> kinds;
  for (const auto& pack : packs) kinds.push_back(pack.kind);
  EXPECT_THAT(lengths(packs), ElementsAre(1, 2, 2, 1, 2, 2));
  EXPECT_THAT(kinds, ElementsAre(0, 1, 1, 2, 3, 3));
}

TEST(Packs, AreSortedByTheirKindsEstimates) {
  const auto sweep = small_sweep("[[sweep]]\nseeds = 2\n\"train.epochs\" = [1, 5, 3]\n");
  const auto cohorts = make_cohorts(sweep);
  auto packs = make_packs(sweep, cohorts, std::vector<store::State>(6), std::vector<std::int64_t>(3, 1));
  const auto kinds = kinds_of(sweep, cohorts, packs);
  ASSERT_EQ(kinds.size(), 3u);
  EXPECT_NEAR(kinds[1].seconds / kinds[0].seconds, 5, 1e-9) << "epochs";
  sort_costliest_first(packs, kinds);
  std::vector<std::int64_t> runs;
  for (const auto& pack : packs) runs.push_back(pack.runs[0]);
  EXPECT_THAT(runs, ElementsAre(2, 3, 4, 5, 0, 1));
}

TEST(Kinds, AreOfPacksThatCostTheSame) {
  const auto sweep = small_sweep(
      "[[sweep]]\nseeds = 1\n\"train.learning_rate\" = [0.1, 0.2]\n\"model.dropout\" = [0.0, 0.3, 0.5]\n"
      "\"train.schedule\" = [\"constant\", \"cosine\"]\n");
  const auto cohorts = make_cohorts(sweep);
  const auto packs = make_packs(sweep, cohorts, std::vector<store::State>(12), std::vector<std::int64_t>{1});
  EXPECT_EQ(packs.size(), 12u);
  EXPECT_EQ(kinds_of(sweep, cohorts, packs).size(), 2u) << "only with or without dropout makes a difference";
}

TEST(Kinds, OfPacksCostAsManyMultiplyAddsAsTheyHaveRuns) {
  const auto sweep = small_sweep("[[sweep]]\nseeds = 5\n");
  const auto cohorts = make_cohorts(sweep);
  const auto packs = make_packs(sweep, cohorts, std::vector<store::State>(5), std::vector<std::int64_t>{2});
  const auto kinds = kinds_of(sweep, cohorts, packs);
  ASSERT_EQ(kinds.size(), 2u);
  EXPECT_DOUBLE_EQ(kinds[1].seconds, 2 * kinds[0].seconds);
}

}  // namespace
}  // namespace kindred::train
