#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "samples.hpp"

namespace kindred::train {
namespace {

TEST(Cohorts, HoldRunsOfOneShape) {
  const auto sweep = small_sweep(R"(
[[sweep]]
seeds = 2
"train.learning_rate" = [0.1, 0.01]
"model.hidden" = [[16, 8], [4]]
)");
  const auto cohorts = make_cohorts(sweep);
  ASSERT_EQ(cohorts.size(), 2u);
  EXPECT_EQ(cohorts[0].runs.size() + cohorts[1].runs.size(), 8u);
  for (const auto& cohort : cohorts) {
    EXPECT_THAT(cohort.name, testing::MatchesRegex("mnist-mlp-[0-9a-f]{8}"));
    EXPECT_TRUE(std::is_sorted(cohort.runs.begin(), cohort.runs.end()));
    EXPECT_EQ(cohort.epochs, 3);
  }
  EXPECT_NE(cohorts[0].name, cohorts[1].name);
}

TEST(Cohorts, ActivationAndLearningRateDoNotDivideThem) {
  const auto sweep = small_sweep("[[sweep]]\nseeds = 1\n\"model.activation\" = [\"relu\", \"tanh\"]\n");
  EXPECT_EQ(make_cohorts(sweep).size(), 1u);
}

TEST(Cohorts, LimitsAndEpochsDivideThem) {
  const auto sweep =
      small_sweep("[[sweep]]\nseeds=1\n\"data.train_limit\"=[100,200]\n\"train.epochs\"=[3,4]\n");
  EXPECT_EQ(make_cohorts(sweep).size(), 4u);
}

TEST(Cohorts, ALimitBeyondTheDatasetIsTheDataset) {
  const auto cohorts = make_cohorts(small_sweep("[data]\ntest_limit = 20000\ntrain_limit = 5\n"));
  EXPECT_EQ(cohorts[0].test_samples, 10000);
  EXPECT_EQ(cohorts[0].train_samples, 5);
}

TEST(Cohorts, NamesAreTheSameOnEveryMachine) {
  // Other people's scripts name cohorts. The digits are the first of the key's XXH64, computed elsewhere.
  const auto cohorts = make_cohorts(small_sweep("[record]\nsnapshots = \"final\"\n"));
  EXPECT_EQ(
      cohorts[0].key,
      "architecture=mlp\ndataset=mnist\nepochs=3\nlayout=fc1.weight[16, 784];fc1.bias[16];fc2.weight[8, 16];"
      "fc2.bias[8];fc3.weight[10, 8];fc3.bias[10]\nsnapshots=[3]\ntest_samples=10000\ntrain_samples=60000\n");
  EXPECT_EQ(cohorts[0].name, "mnist-mlp-66ba12ba");
}

}  // namespace
}  // namespace kindred::train
