#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "refusal.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::sweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> canonicals(const Sweep& sweep) {
  std::vector<std::string> all;
  for (const RunSettings& run : sweep.runs) all.push_back(run.canonical());
  return all;
}
std::vector<std::int64_t> seeds(const std::string& text) {
  std::vector<std::int64_t> all;
  for (const RunSettings& run : parse_sweep(text, "a.toml").runs) all.push_back(run.seed);
  return all;
}

TEST(Seeds, ACountIsZeroToOneLess) { EXPECT_THAT(seeds("[[sweep]]\nseeds = 3"), ElementsAre(0, 1, 2)); }
TEST(Seeds, AListIsTakenAsItIs) { EXPECT_THAT(seeds("[[sweep]]\nseeds = [7, 0, 3]"), ElementsAre(7, 0, 3)); }
TEST(Seeds, WithoutThemThereIsSeedZero) { EXPECT_THAT(seeds("[[sweep]]"), ElementsAre(0)); }

TEST(Grid, AxesFollowTheFilesOrderLastFastestAndSeedsInnermost) {
  // By name, init.scale would come first.
  const Sweep sweep = parse_sweep(
      "[[sweep]]\nseeds = 2\n\"train.learning_rate\" = [0.5, 0.1]\n\"init.scale\" = [2, 3]\n", "a.toml");
  EXPECT_THAT(canonicals(sweep), ElementsAre("init.scale=2.0\ntrain.learning_rate=0.5\nseed=0\n",
                                             "init.scale=2.0\ntrain.learning_rate=0.5\nseed=1\n",
                                             "init.scale=3.0\ntrain.learning_rate=0.5\nseed=0\n",
                                             "init.scale=3.0\ntrain.learning_rate=0.5\nseed=1\n",
                                             "init.scale=2.0\ntrain.learning_rate=0.1\nseed=0\n",
                                             "init.scale=2.0\ntrain.learning_rate=0.1\nseed=1\n",
                                             "init.scale=3.0\ntrain.learning_rate=0.1\nseed=0\n",
                                             "init.scale=3.0\ntrain.learning_rate=0.1\nseed=1\n"));
}

TEST(Grid, DottedKeysOfSeveralSectionsKeepTheFilesOrder) {
  const Sweep sweep = parse_sweep(
      "[[sweep]]\ntrain.epochs = [1, 2]\ninit.scale = [2, 3]\ntrain.batch_size = [4, 5]\n", "a.toml");
  ASSERT_EQ(sweep.runs.size(), 8u);
  EXPECT_EQ(sweep.runs[1].canonical(), "init.scale=2.0\ntrain.batch_size=5\ntrain.epochs=1\nseed=0\n");
  EXPECT_EQ(sweep.runs[2].canonical(), "init.scale=3.0\ntrain.batch_size=4\ntrain.epochs=1\nseed=0\n");
}

TEST(Grid, AScalarOverridesTheBase) {
  const Sweep sweep = parse_sweep("train.epochs = 3\n[[sweep]]\n\"train.epochs\" = 4\n", "a.toml");
  EXPECT_THAT(canonicals(sweep), ElementsAre("train.epochs=4\nseed=0\n"));
}

TEST(Grid, EverySweepStartsFromTheBase) {
  const Sweep sweep = parse_sweep(
      "train.epochs = 3\n[[sweep]]\ninit.scale = 2\n[[sweep]]\nmodel.activation = 'tanh'\n", "a.toml");
  EXPECT_THAT(canonicals(sweep), ElementsAre("init.scale=2.0\ntrain.epochs=3\nseed=0\n",
                                             "model.activation=tanh\ntrain.epochs=3\nseed=0\n"));
}

TEST(Grid, AFlatListIsOneValueOfAListAndNestedListsAreAnAxis) {
  EXPECT_THAT(canonicals(parse_sweep("[[sweep]]\n\"model.hidden\" = [32, 16]\n", "a.toml")),
              ElementsAre("model.hidden=[32,16]\nseed=0\n"));
  EXPECT_THAT(
      canonicals(parse_sweep("[[sweep]]\n\"model.hidden\" = [[32], [128, 64], [8, 8, 8]]\n", "a.toml")),
      ElementsAre("model.hidden=[32]\nseed=0\n", "seed=0\n", "model.hidden=[8,8,8]\nseed=0\n"));
}

TEST(Grid, WordsAreAnAxisToo) {
  EXPECT_EQ(parse_sweep("[[sweep]]\ndata.dataset = ['mnist', 'fashion-mnist']\nmethod = 'grid'\n", "a.toml")
                .runs.size(),
            2u);
}

TEST(Duplicates, AreRemovedAndCountedAndTheFirstStays) {
  const Sweep sweep =
      parse_sweep("[[sweep]]\nseeds = 2\ninit.scale = [1, 2, 1.0]\n[[sweep]]\nseeds = [1, 1, 5]\n", "a.toml");
  EXPECT_THAT(canonicals(sweep), ElementsAre("seed=0\n", "seed=1\n", "init.scale=2.0\nseed=0\n",
                                             "init.scale=2.0\nseed=1\n", "seed=5\n"));
  EXPECT_EQ(sweep.duplicates, 4);
}

TEST(Duplicates, AnAxisThatDoesNotApplyCollapses) {
  const Sweep sweep = parse_sweep("[[sweep]]\n\"model.patch\" = [2, 4, 7]\n", "a.toml");
  EXPECT_EQ(sweep.runs.size(), 1u);
  EXPECT_EQ(sweep.duplicates, 2);
}

TEST(Bound, ALargeSweepIsExpanded) {
  EXPECT_EQ(parse_sweep("[[sweep]]\nseeds = 50000\ninit.scale = [1, 2]\n", "a.toml").runs.size(), 100000u);
}

TEST(Bound, MoreThanTenMillionRunsAreRefusedBeforeTheyAreMade) {
  const std::string words = "more than 10000000 runs in all";
  EXPECT_THAT(test::refusal("[[sweep]]\nseeds = 10000001"), HasSubstr("[[sweep]] (my.toml line 1: " + words));
  EXPECT_THAT(test::refusal("[[sweep]]\nseeds = 9223372036854775807\ninit.scale = [1, 2]"), HasSubstr(words));
  EXPECT_THAT(test::refusal("[[sweep]]\nseeds = 6000000\n[[sweep]]\nseeds = 6000000"),
              HasSubstr("line 3: " + words));
  std::string text = "[[sweep]]\n";  // 10 to the 18th
  for (const char* key : {"train.epochs", "train.batch_size", "init.seed"}) {
    text += std::string(key) + " = [";
    for (int i = 1; i <= 1000; ++i) text += std::to_string(i) + ",";
    text += "]\n";
  }
  EXPECT_THAT(test::refusal(text + "seeds = 1000000000"), HasSubstr(words));
  EXPECT_THAT(test::refusal(text), HasSubstr(words));
}

}  // namespace
}  // namespace kindred::sweep
