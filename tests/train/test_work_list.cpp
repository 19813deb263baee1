#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "fake_engine.hpp"
#include "samples.hpp"
#include "train/estimate.hpp"
#include "train/pack_size.hpp"
#include "train/work_list.hpp"

namespace kindred::train {
namespace {

using std::chrono::duration;
using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::Gt;

double always(std::size_t) { return 0.001; }
// Eight members take as long as one; more of them far longer.
double eight_at_once(std::size_t members) { return members > 8 ? 0.05 : 0.002; }
// Each member takes its time.
double one_by_one(std::size_t members) { return 0.002 * static_cast<double>(members); }

class PackSizes : public testing::Test {
 protected:
  std::vector<std::int64_t> choose(const FakeEngine& engine, std::int64_t ranks, const std::string& more) {
    return choose(engine, engine.clock(), ranks, more);
  }
  std::vector<std::int64_t> choose(const Engine& engine, StepTimer::Clock clock, std::int64_t ranks,
                                   const std::string& more) {
    const auto sweep = small_sweep(more);
    StepTimer timer(engine, std::ref(images_), sweep.record, std::move(clock));
    return choose_pack_sizes(sweep, make_cohorts(sweep), std::vector<store::State>(sweep.runs.size()), engine,
                             timer, ranks);
  }
  ZeroImages images_;
};

TEST_F(PackSizes, AreOneOnAProcessor) {
  EXPECT_THAT(choose(*make_engine("torch", "cpu"), StepTimer::steady_clock, 1, "[[sweep]]\nseeds = 40\n"),
              ElementsAre(1));
}

TEST_F(PackSizes, GrowAsLongAsARunTakesLessTime) {
  EXPECT_THAT(choose(FakeEngine(1000, eight_at_once), 1, "[[sweep]]\nseeds = 40\n"), ElementsAre(8));
  EXPECT_THAT(choose(FakeEngine(1000, one_by_one), 1, "[[sweep]]\nseeds = 40\n"), ElementsAre(1));
}

TEST_F(PackSizes, StopAtTheDevicesMemory) {
  EXPECT_THAT(choose(FakeEngine(5, always), 1, "[[sweep]]\nseeds = 40\n"), ElementsAre(4));
  EXPECT_THAT(choose(FakeEngine(0, always), 1, "[[sweep]]\nseeds = 40\n"), ElementsAre(1));
}

TEST_F(PackSizes, LeaveWorkForEveryRank) {
  EXPECT_THAT(choose(FakeEngine(1000, always), 10, "[[sweep]]\nseeds = 40\n"), ElementsAre(4));
  EXPECT_THAT(choose(FakeEngine(1000, always), 100, "[[sweep]]\nseeds = 40\n"), ElementsAre(1));
  // 20 of each activation can train together, not 40; the other cohort has 3.
  EXPECT_THAT(choose(FakeEngine(1000, always), 1,
                     "[[sweep]]\nseeds = 20\n\"model.activation\" = [\"relu\", \"tanh\"]\n"
                     "[[sweep]]\nseeds = 3\n\"model.hidden\" = [5]\n"),
              ElementsAre(16, 2));
}

class TimedKinds : public testing::Test {
 protected:
  /// Of batch sizes 10, 20 and 30, 3 epochs of 60, 30 and 20 steps.
  sweep::Sweep sweep_ =
      small_sweep("[data]\ntrain_limit = 600\n[[sweep]]\nseeds=1\n\"train.batch_size\"=[10,20,30]\n");
  std::vector<Cohort> cohorts_ = make_cohorts(sweep_);
  std::vector<Pack> packs_ =
      make_packs(sweep_, cohorts_, std::vector<store::State>(3), std::vector<std::int64_t>{1});
  std::vector<PackKind> kinds_ = kinds_of(sweep_, cohorts_, packs_);

  std::vector<double> time(const FakeEngine& engine, const TimingShare& share) {
    ZeroImages images;
    StepTimer timer(engine, std::ref(images), sweep_.record, engine.clock());
    return time_kinds(kinds_, packs_, sweep_, cohorts_, timer, share);
  }
};

TEST_F(TimedKinds, TakeTheirStepsTimesTheirNumber) {
  const auto seconds = time(FakeEngine(1, always), {.budget = duration<double>(100)});
  EXPECT_THAT(seconds,
              ElementsAre(DoubleNear(0.180, 1e-9), DoubleNear(0.090, 1e-9), DoubleNear(0.060, 1e-9)));
}

TEST_F(TimedKinds, OfNoBudgetOrMemoryAreNotTimed) {
  EXPECT_THAT(time(FakeEngine(1, always), {.budget = duration<double>(0)}), Each(0));
  EXPECT_THAT(time(FakeEngine(0, always), {.budget = duration<double>(100)}), Each(0));
}

TEST_F(TimedKinds, EndWithTheBudgetAfterThoseWithMostWork) {
  // Small batches update the weights more often; a timing takes longer than the budget.
  const auto seconds = time(FakeEngine(1, always), {.budget = duration<double>(0.005)});
  EXPECT_THAT(seconds, ElementsAre(Gt(0), 0, 0));
}

TEST_F(TimedKinds, AreDealtOutToTheRanks) {
  const duration<double> budget(100);
  EXPECT_THAT(time(FakeEngine(1, always), {0, 2, budget}), ElementsAre(Gt(0), 0, Gt(0)));
  EXPECT_THAT(time(FakeEngine(1, always), {1, 2, budget}), ElementsAre(0, Gt(0), 0));
  EXPECT_THAT(time(FakeEngine(1, always), {3, 4, budget}), Each(0));
}

TEST_F(TimedKinds, CorrectTheirRelatives) {
  auto kinds = kinds_;
  correct_estimates(kinds, {0, 0, 0});
  EXPECT_EQ(kinds[0].seconds, kinds_[0].seconds) << "nothing is known";
  correct_estimates(kinds, {0, 100 * kinds_[1].seconds, 0});
  EXPECT_DOUBLE_EQ(kinds[1].seconds, 100 * kinds_[1].seconds);
  // Of the same cohort: all but a fiftieth of the ratio's logarithm.
  EXPECT_NEAR(std::log(kinds[0].seconds / kinds_[0].seconds), std::log(100), std::log(100) / 45);
}

TEST(WorkLists, ArePacksCostliestFirst) {
  const auto sweep = small_sweep("[[sweep]]\nseeds = 2\n\"train.epochs\" = [1, 5, 3]\n");
  const auto engine = make_engine("torch", "cpu");
  ZeroImages images;
  StepTimer timer(*engine, std::ref(images), sweep.record);
  const auto work = make_work_list(sweep, make_cohorts(sweep), std::vector<store::State>(sweep.runs.size()),
                                   *engine, timer, {.pack = 2, .ranks = 1}, nullptr);
  ASSERT_EQ(work.packs.size(), 3u);
  EXPECT_THAT(work.packs[0].runs, ElementsAre(2, 3));
  EXPECT_THAT(work.packs[1].runs, ElementsAre(4, 5));
  EXPECT_THAT(work.packs[2].runs, ElementsAre(0, 1));
  auto schedule = work.schedule();
  EXPECT_EQ(schedule.take(), 0);
  EXPECT_EQ(schedule.seconds_of(0), work.kinds[work.packs[0].kind].seconds);
}

}  // namespace
}  // namespace kindred::train
