#include <gtest/gtest.h>

#include "sweep/sweep_file.hpp"

namespace kindred::sweep {
namespace {

std::string difference(const std::string& file, const std::string& given) {
  return describe_difference(parse_sweep(file, "file.toml"), parse_sweep(given, "given.toml"));
}

TEST(Difference, OfTheSameSweepIsEmpty) {
  EXPECT_EQ(difference("name = 'a'\ninit.scale = 1", "name = 'b' # other words"), "");
}

TEST(Difference, NamesTheNumberOfRunsAndTheKeysWithTheirValues) {
  EXPECT_EQ(difference("[[sweep]]\ntrain.learning_rate = [0.5, 0.05]", "init.scale = 2"),
            "runs: 2 in the file, 1 given; "
            "init.scale: 1.0 in the file, 2.0 given; "
            "train.learning_rate: 0.05, 0.5 in the file, 0.05 given");
}

TEST(Difference, NamesSeedsAndShortensLongLists) {
  EXPECT_EQ(difference("[[sweep]]\nseeds = 10", "[[sweep]]\nseeds = 2"),
            "runs: 10 in the file, 2 given; "
            "seed: 0, 1, 2, 3, 4, 5, ... (10 values) in the file, 0, 1 given");
}

TEST(Difference, NamesAKeyThatOneOfThemLeavesOpen) {
  EXPECT_EQ(difference("init.seed = 7", ""), "init.seed: 7 in the file, none given");
}

TEST(Difference, NamesTheKeysOfRecord) {
  EXPECT_EQ(difference("[record]\nprobes = 5\nsnapshots = [0]", "[record]\nweights = 'none'"),
            "record.probes: 5 in the file, 1000 given; "
            "record.snapshots: [0] in the file, all given; "
            "record.weights: final in the file, none given");
}

TEST(Difference, OfEqualValuesIsInTheirCombinationsOrOrder) {
  const std::string words = "the combinations of settings, or their order";
  EXPECT_EQ(difference("[[sweep]]\nseeds = [0, 1]", "[[sweep]]\nseeds = [1, 0]"), words);
  EXPECT_EQ(
      difference("[[sweep]]\ninit.scale = 2\ntrain.epochs = 3\n[[sweep]]\ninit.scale = 4\ntrain.epochs = 5",
                 "[[sweep]]\ninit.scale = 2\ntrain.epochs = 5\n[[sweep]]\ninit.scale = 4\ntrain.epochs = 3"),
      words);
}

}  // namespace
}  // namespace kindred::sweep
