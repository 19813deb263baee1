#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "samples.hpp"
#include "train/pack.hpp"

namespace kindred::train {
namespace {

std::vector<Pack> packs_of(const std::string& more, std::int64_t size,
                           std::vector<store::State> states = {}) {
  const auto sweep = small_sweep(more);
  states.resize(sweep.runs.size());
  return make_packs(sweep, make_cohorts(sweep), states, size);
}

TEST(Packs, HoldEveryPendingRunOnce) {
  const auto packs = packs_of("[[sweep]]\nseeds = 7\n", 3);
  std::vector<std::int64_t> runs;
  for (const auto& pack : packs) {
    EXPECT_LE(pack.runs.size(), 3u);
    runs.insert(runs.end(), pack.runs.begin(), pack.runs.end());
  }
  EXPECT_THAT(runs, testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6));
}

TEST(Packs, LeaveSettledRunsOut) {
  const auto packs =
      packs_of("[[sweep]]\nseeds = 4\n", 1,
               {store::State::done, store::State::diverged, store::State::failed, store::State::pending});
  ASSERT_EQ(packs.size(), 1u);
  EXPECT_THAT(packs[0].runs, testing::ElementsAre(3));
}

TEST(Packs, ComeCostliestFirst) {
  const auto packs = packs_of("[[sweep]]\nseeds = 1\n\"train.epochs\" = [1, 5, 3]\n", 1);
  ASSERT_EQ(packs.size(), 3u);
  EXPECT_THAT((std::vector<std::int64_t>{packs[0].runs[0], packs[1].runs[0], packs[2].runs[0]}),
              testing::ElementsAre(1, 2, 0));
}

TEST(Packs, OnlyRunsThatCanTrainTogetherShareOne) {
  const auto packs = packs_of(
      "[[sweep]]\nseeds = 2\n\"model.activation\" = [\"relu\", \"tanh\"]\n"
      "\"train.learning_rate\" = [0.1, 0.2]\n",
      100);
  EXPECT_EQ(packs.size(), 2u) << "one for each activation; learning rates and seeds mix";
}

}  // namespace
}  // namespace kindred::train
