#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>

#include "population_of_packs.hpp"

namespace kindred::train {
namespace {

class Packs : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(Packs, ARunAloneEqualsTheSameRunInAPackBitForBit) {
  const auto& [engine, settings] = GetParam();
  Population population("[[sweep]]\nseeds = 3\n\"train.learning_rate\" = [0.02, 0.002]\n" + settings, engine);
  const auto together = population.run_all();
  ASSERT_EQ(together.size(), 6u);
  for (std::size_t i = 0; i < together.size(); ++i) {
    const auto alone = population.run({static_cast<std::int64_t>(i)});
    EXPECT_EQ(store::checksum(alone[0].record.rows(), alone[0].result),
              store::checksum(together[i].record.rows(), together[i].result))
        << "run " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Networks, Packs,
    testing::Combine(
        testing::Values("native", "torch"),
        testing::Values(
            "", "\"model.dropout\" = 0.3\n\"train.label_noise\" = 0.2\n\"train.optimizer\" = \"adam\"\n",
            "\"model.architecture\" = \"cnn\"\n\"model.channels\" = [[4, 6]]\n\"model.dropout\" = 0.3\n",
            "\"model.architecture\" = \"vit\"\n\"model.dim\" = 16\n\"model.depth\" = 2\n\"model.dropout\" = "
            "0.2\n\"train.optimizer\" = \"adamw\"\n\"train.schedule\" = \"cosine\"\n")));

TEST(RunPack, LearnsAndRecordsItsCurves) {
  Population population("learning_rate = 0.05\n");
  auto finished = population.run_all();
  auto& [run, record, result, earlier] = finished[0];
  EXPECT_EQ(result.state, store::State::done);
  EXPECT_EQ(result.epochs_completed, 3);
  const auto test = record.row<float>("test_accuracy"), train = record.row<float>("train_loss");
  EXPECT_LT(test[0], 0.5f);
  EXPECT_GT(test[3], 0.9f) << "the images are easy";
  EXPECT_TRUE(std::isnan(train[0])) << "nothing has been trained before the first epoch";
  EXPECT_GT(train[1], train[3]);
  EXPECT_EQ(result.test_accuracy, static_cast<double>(test[3]));
}

TEST(RunPack, ADivergingMemberLeavesTheOthersAlone) {
  Population population("[[sweep]]\nseeds = [1]\n\"train.learning_rate\" = [0.05, 1e30, 0.02]\n");
  auto finished = population.run_all();
  EXPECT_EQ(finished[1].result.state, store::State::diverged);
  EXPECT_THAT(finished[1].result.message, testing::HasSubstr("finite"));
  EXPECT_LT(finished[1].result.epochs_completed, 3);
  EXPECT_TRUE(std::isnan(finished[1].record.row<float>("test_loss")[3]));
  for (const std::int64_t healthy : {0, 2}) {
    const auto i = static_cast<std::size_t>(healthy);
    EXPECT_EQ(finished[i].result.state, store::State::done);
    const auto alone = population.run({healthy});
    EXPECT_EQ(store::checksum(alone[0].record.rows(), alone[0].result),
              store::checksum(finished[i].record.rows(), finished[i].result));
  }
  const auto alone = population.run({1});
  EXPECT_EQ(store::checksum(alone[0].record.rows(), alone[0].result),
            store::checksum(finished[1].record.rows(), finished[1].result))
      << "what a diverged run leaves does not depend on its pack-mates either";
}

TEST(RunPack, AnOrderSeedGivesTwoRunsTheSameOrder) {
  Population paired("[init]\nseed = 3\n[[sweep]]\nseeds = 2\n\"train.order_seed\" = [5]\n");
  auto finished = paired.run_all();
  EXPECT_TRUE(
      std::ranges::equal(finished[0].record.row<float>("weights"), finished[1].record.row<float>("weights")))
      << "equal initial values and equal order give equal networks";
}

TEST(RunPack, StatisticsAreOfTheStoredWeights) {
  Population population("");
  auto finished = population.run_all();
  auto& record = finished[0].record;
  const auto weights = record.row<float>("weights");
  double sum = 0;
  for (const float weight : weights) sum += static_cast<double>(weight);
  const auto moments = record.row<double>("moments");
  const auto all = moments.subspan(moments.size() - 12);
  EXPECT_EQ(all[0], static_cast<double>(weights.size()));
  EXPECT_NEAR(all[1], sum / static_cast<double>(weights.size()), 1e-12);
}

TEST(RunPack, AStopLeavesNothingBehind) {
  Population population("");
  std::raise(SIGUSR1);
  EXPECT_TRUE(population.run_all().empty());
}

}  // namespace
}  // namespace kindred::train
