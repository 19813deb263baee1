#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "inputs.hpp"
#include "merge/attributes.hpp"
#include "merge/plan.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::merge {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::input;
using ::testing::Not;
using testing::State;
using testing::sweep_of;
using ::testing::ThrowsMessage;

template <class T>
std::vector<T> column(const Plan& plan, const std::string& name) {
  return std::get<std::vector<T>>(find_column(plan.layout, name)->values);
}

/// "input:run" of each source.
std::vector<std::string> sources(const Plan& plan) {
  std::vector<std::string> names;
  for (const auto& place : plan.sources) names.push_back(fmt::format("{}:{}", place.input, place.run));
  return names;
}

TEST(MergePlan, KeepsEachRunOnceInTheOrderOfItsFirstPlace) {
  const auto plan = make_plan({input("a", {10, 20}), input("b", {30, 20, 40})});
  EXPECT_THAT(column<std::uint64_t>(plan, "id"), ElementsAre(10, 20, 30, 40));
  EXPECT_THAT(sources(plan), ElementsAre("0:0", "0:1", "1:0", "1:2"));
  EXPECT_THAT(plan.layout.cohorts.at(0).runs, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(column<std::int64_t>(plan, "cohort_row"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(column<std::int64_t>(plan, "seed"), ElementsAre(0, 1, 0, 2));
}

TEST(MergePlan, TakesSettledRunsBeforeFailedBeforePendingOnes) {
  auto pending = input("a", {1, 2, 3}, State::pending), failed = input("b", {1, 2}, State::failed);
  auto done = input("c", {1}, State::diverged);
  pending.checksums = {7, 7, 7};  // of what is not finished they say nothing
  EXPECT_THAT(sources(make_plan({pending, failed, done})), ElementsAre("2:0", "1:1", "0:2"));
  EXPECT_THAT(sources(make_plan({done, failed, pending})), ElementsAre("0:0", "1:1", "2:2"));
  EXPECT_THAT(make_plan({pending, failed, done}).states,
              ElementsAre(State::diverged, State::failed, State::pending));
}

TEST(MergePlan, RefusesFinishedRunsThatContradictEachOther) {
  auto other = input("b.h5", {1, 2, 3});
  other.checksums[1] = 99;
  other.states[2] = State::diverged;
  EXPECT_THAT(
      [&] {
        make_plan({input("a.h5", {1, 2, 3}), other});
      },
      ThrowsMessage<Error>(AllOf(
          HasSubstr("2 runs that several files have finished"),
          HasSubstr("0000000000000002: run 1 of a.h5, run 1 of b.h5; 0000000000000003: run 2 of a.h5"))));
  try {
    make_plan({input("a.h5", {1, 2, 3}), other});
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input_output);
  }
}

TEST(MergePlan, RefusesCohortsThatAreRecordedInOtherWays) {
  auto other = input("b.h5", {2});
  other.layout.cohorts[0].arrays.pop_back();
  EXPECT_THAT(
      [&] {
        make_plan({input("a.h5", {1}), other});
      },
      ThrowsMessage<Error>(
          HasSubstr("the cohort c of b.h5 is not as that of a.h5 (it has no array logits (record.probes))")));
}

TEST(MergePlan, RefusesARunInTwoCohorts) {
  auto other = input("b.h5", {1});
  other.layout.cohorts[0].name = "d";
  other.layout.columns[1].values = std::vector<std::string>{"d"};
  EXPECT_THAT(
      [&] {
        make_plan({input("a.h5", {1}), other});
      },
      ThrowsMessage<Error>(AllOf(HasSubstr("run 0 of a.h5"), HasSubstr("record.snapshots"))));
}

TEST(MergePlan, FilesOfOneSweepKeepItsAttributes) {
  auto a = input("a", {1, 2}, State::pending), b = input("b", {1, 2});
  a.layout.attributes["sweep_id"] = b.layout.attributes["sweep_id"] = "same";
  a.layout.attributes["ingest"] = "models=1\n";
  EXPECT_EQ(make_plan({a, b}).layout.attributes, a.layout.attributes);
  b.layout.columns[0].values = std::vector<std::uint64_t>{2, 1};  // whatever it says, these are others
  EXPECT_TRUE(make_plan({a, b}).layout.attributes.contains("merged"));
}

TEST(MergePlan, FilesOfSeveralSweepsAreNamedAsOneSweepOfTheirRuns) {
  const auto file = [](const std::string& path, const std::string& text) {
    const auto sweep = sweep::parse_sweep(text, path);
    std::vector<std::uint64_t> ids;
    for (const auto& run : sweep.runs) ids.push_back(run.identity());
    auto made = input(path, ids);
    made.layout.attributes = {{"sweep", text}, {"sweep_id", sweep.id()}};
    return made;
  };
  const auto attributes =
      make_plan({file("x/a.h5", sweep_of("[0, 1]")), file("x/b.h5", sweep_of("[2, 3]"))}).layout.attributes;
  EXPECT_EQ(attributes.at("sweep_id"), sweep::parse_sweep(sweep_of("[0, 1, 2, 3]"), "").id());
  EXPECT_THAT(attributes.at("merged"), AllOf(HasSubstr("a.h5, sweep_id "), HasSubstr("b.h5, sweep_id "),
                                             HasSubstr(", 2 runs\n"), Not(HasSubstr("x/"))));
  EXPECT_THAT(attributes.at("sweep"), HasSubstr("# seeds = [2, 3]\n"));
  EXPECT_EQ(sweep::parse_sweep(attributes.at("sweep"), "").runs.size(), 2) << "still a sweep file";

  const std::string fine = "record.optimal_fraction = 0.1\n";
  const auto mixed = make_plan({file("a", sweep_of("[0, 1]", fine)), file("b", sweep_of("[2, 3]"))});
  EXPECT_NE(mixed.layout.attributes.at("sweep_id"),
            sweep::parse_sweep(sweep_of("[0, 1, 2, 3]", fine), "").id());
  EXPECT_EQ(optimal_fraction(mixed.layout.attributes, ""), 0.1);
}

TEST(MergePlan, IngestedFilesSayTheirShareToo) {
  EXPECT_EQ(optimal_fraction({{"sweep", ""}, {"ingest", "models=1\nrecord.optimal_fraction=0.4\n"}}, ""),
            0.4);
  EXPECT_EQ(optimal_fraction({}, ""), 0.25);
}

}  // namespace
}  // namespace kindred::merge
