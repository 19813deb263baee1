#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "random_sweep.hpp"
#include "refusal.hpp"

namespace kindred::sweep {
namespace {

using test::random_sweep;
using testing::ElementsAre;

const std::string axes =
    "train.learning_rate = {min = 1e-4, max = 1.0, log = true}\ninit.scheme = ['normal', 'uniform']\n";

std::vector<double> rates(const Sweep& sweep) {
  std::vector<double> all;
  for (const RunSettings& run : sweep.runs) all.push_back(run.real("train.learning_rate"));
  return all;
}

TEST(Sampling, OneSampleIsOneRun) {
  const Sweep sweep = random_sweep(1, axes);
  ASSERT_EQ(sweep.runs.size(), 1u);
  EXPECT_EQ(sweep.runs[0].seed, 0);
  EXPECT_EQ(sweep.duplicates, 0);
}

TEST(Sampling, EverySampleHasEverySeedAndTheSeedVariesFastest) {
  const Sweep sweep = random_sweep(2, axes + "seeds = [7, 3]");
  const auto alone = rates(random_sweep(2, axes));
  EXPECT_THAT(rates(sweep), ElementsAre(alone[0], alone[0], alone[1], alone[1]));
  EXPECT_EQ(sweep.runs[0].seed, 7);
  EXPECT_EQ(sweep.runs[1].seed, 3);
}

TEST(Sampling, MoreSamplesKeepTheFirstOnes) {
  const Sweep few = random_sweep(20, axes + "seeds = 2"), many = random_sweep(30, axes + "seeds = 2");
  ASSERT_EQ(many.runs.size(), 60u);
  EXPECT_TRUE(std::equal(few.runs.begin(), few.runs.end(), many.runs.begin()));
}

TEST(Sampling, AnotherAxisItsPlaceAndMoreSeedsChangeNoValue) {
  const auto alone = rates(random_sweep(10, axes));
  EXPECT_EQ(rates(random_sweep(10, "init.scale = {min = 1, max = 2}\n" + axes)), alone);
  EXPECT_EQ(rates(random_sweep(10, axes + "model.activation = ['relu', 'tanh']")), alone);
  EXPECT_EQ(rates(random_sweep(10, axes + "seeds = [5]")), alone);
}

TEST(Sampling, NameSpellingAndOtherSweepsChangeNothing) {
  const Sweep sweep = random_sweep(10, axes);
  const std::string other = R"(
    # another name, another way to write it
    name = "renamed"
    [[sweep]]
    init.scale = 3
    [[sweep]]
    sample_seed = 0
    samples = 10
    "init.scheme" = [ "normal", "uniform" ]
    method = "random"
    [sweep.train.learning_rate]
    max = 1
    min = 0.0001
    log = true
  )";
  auto runs = parse_sweep(other, "b.toml").runs;
  runs.erase(runs.begin());
  EXPECT_EQ(runs, sweep.runs);
}

TEST(Sampling, TheSampleSeedDrawsOthers) {
  const auto first = rates(random_sweep(10, axes)),
             second = rates(random_sweep(10, axes + "sample_seed = 1"));
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_NE(first[i], second[i]) << i;
}

TEST(Sampling, AListOfOneAndAValueAloneAreTheSameForAll) {
  const Sweep sweep =
      random_sweep(5, "init.scale = [3.0]\nmodel.activation = 'tanh'\ntrain.learning_rate = {min=1, max=2}");
  for (const RunSettings& run : sweep.runs) {
    EXPECT_EQ(run.real("init.scale"), 3.0);
    EXPECT_EQ(run.text("model.activation"), "tanh");
  }
}

TEST(Sampling, WithoutAnAxisOneRunStays) {
  const Sweep sweep = random_sweep(5, "");
  EXPECT_EQ(sweep.runs.size(), 1u);
  EXPECT_EQ(sweep.duplicates, 4);
}

TEST(Sampling, WhatDoesNotMatterToASampleIsLeftOut) {
  const Sweep sweep = random_sweep(
      40, "train.optimizer = ['sgd', 'adam']\ntrain.momentum = {min = 0.1, max = 0.9}\nseeds = 1");
  std::int64_t adam = 0;
  for (const RunSettings& run : sweep.runs) {
    const bool is_sgd = run.text("train.optimizer") == "sgd";
    EXPECT_EQ(run.has("train.momentum"), is_sgd);
    EXPECT_EQ(run.has("train.beta1"), !is_sgd);
    adam += !is_sgd;
  }
  // Without their momentum all samples of Adam are one run.
  EXPECT_EQ(adam, 1);
  EXPECT_GT(sweep.duplicates, 5);
  EXPECT_EQ(static_cast<std::int64_t>(sweep.runs.size()) + sweep.duplicates, 40);
}

TEST(Sampling, ListsOfListsAndTheEmptyListAreDrawnToo) {
  const Sweep sweep =
      random_sweep(60, "model.hidden = [[], [32], [64, 32]]\ntrain.learning_rate = {min = 1, max = 2}");
  std::vector<std::int64_t> depths(3);
  for (const RunSettings& run : sweep.runs) ++depths[run.list("model.hidden").size()];
  for (const std::int64_t count : depths) EXPECT_GT(count, 8);
}

TEST(Sampling, GridsAndSamplesStandInOneFile) {
  const Sweep sweep = parse_sweep(
      "[[sweep]]\ninit.scale = [1, 2]\n[[sweep]]\nmethod = 'random'\nsamples = "
      "3\ninit.scale = {min = 3, max = 4}\n",
      "a.toml");
  EXPECT_EQ(sweep.runs.size(), 5u);
}

TEST(Sampling, SamplesTimesSeedsAreBoundedBeforeAnyIsDrawn) {
  EXPECT_THAT(test::refusal("[[sweep]]\nmethod = 'random'\nsamples = 1000000\nseeds = 11"),
              testing::HasSubstr("[[sweep]] (my.toml line 1: more than 10000000 runs in all)"));
}

}  // namespace
}  // namespace kindred::sweep
