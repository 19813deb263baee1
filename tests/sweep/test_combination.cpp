#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "refusal.hpp"

namespace kindred::sweep {
namespace {

using test::refusal;

TEST(EverySetting, OfTheFormatIsTaken) {
  for (const char* line :
       {"model.architecture = 'mlp'", "model.architecture = 'cnn'", "model.architecture = 'vit'",
        "data.dataset = 'cifar10'", "data.dataset = 'fashion-mnist'", "train.optimizer = 'adam'",
        "train.optimizer = 'adamw'", "train.schedule = 'cosine'", "train.schedule = 'step'",
        "model.dropout = 0.5", "train.label_noise = 1.0", "train.warmup_epochs = 1000"})
    EXPECT_EQ(refusal(line), "") << line;
}

TEST(Patch, DividesTheImage) {
  const std::string vit = "model.architecture = 'vit'\n";
  for (const int patch : {1, 2, 4, 7, 14, 28})
    EXPECT_EQ(refusal(vit + "model.patch = " + std::to_string(patch)), "") << patch;
  EXPECT_EQ(
      refusal(vit + "model.patch = 8"),
      "model.patch = 8 (my.toml line 2: does not divide the 28 x 28 images of data.dataset = \"mnist\") "
      "use one of 1, 2, 4, 7, 14, 28");
  EXPECT_EQ(refusal(vit + "model.patch = 56\ndata.dataset = 'fashion-mnist'"),
            "model.patch = 56 (my.toml line 2: does not divide the 28 x 28 images of data.dataset = "
            "\"fashion-mnist\") use one of 1, 2, 4, 7, 14, 28");
}

TEST(Patch, ThatIsADefaultIsRefusedOnTheLineOfTheDataset) {
  EXPECT_EQ(
      refusal("model.architecture = 'vit'\n\n[[sweep]]\n'data.dataset' = [\n  'mnist',\n  'cifar10',\n]"),
      "model.patch = 7 (my.toml line 6: does not divide the 32 x 32 images of data.dataset = "
      "\"cifar10\") use one of 1, 2, 4, 8, 16, 32");
}

TEST(Patch, OfOneCombinationIsEnough) {
  const std::string text =
      "[[sweep]]\nmodel.architecture = ['mlp', 'vit']\nmodel.patch = [4, 7]\ndata.dataset = ['mnist', "
      "'cifar10']";
  EXPECT_EQ(refusal(text),
            "model.patch = 7 (my.toml line 3: does not divide the 32 x 32 images of data.dataset = "
            "\"cifar10\") use one of 1, 2, 4, 8, 16, 32");
  EXPECT_EQ(refusal("[[sweep]]\nmodel.architecture = ['mlp', 'vit']\nmodel.patch = [4, 2]\ndata.dataset = "
                    "['mnist', 'cifar10']"),
            "");
}

TEST(Patch, IsCheckedInRandomSamples) {
  EXPECT_EQ(
      refusal("model.architecture = 'vit'\n[[sweep]]\nmethod = 'random'\nsamples = 50\nmodel.patch = "
              "{min = 4, max = 5}"),
      "model.patch = 5 (my.toml line 5: does not divide the 28 x 28 images of data.dataset = \"mnist\") "
      "use one of 1, 2, 4, 7, 14, 28");
}

TEST(Heads, DivideTheWidth) {
  const std::string vit = "[model]\narchitecture = 'vit'\n";
  EXPECT_EQ(refusal(vit + "heads = 64"), "");
  EXPECT_EQ(refusal(vit + "heads = 3"),
            "model.heads = 3 (my.toml line 3: does not divide model.dim = 64) use one of 1, 2, 4, 8, 16, 32, "
            "64");
  EXPECT_EQ(
      refusal(vit + "heads = 128"),
      "model.heads = 128 (my.toml line 3: does not divide model.dim = 64) use one of 1, 2, 4, 8, 16, 32, "
      "64");
  EXPECT_EQ(refusal(vit + "dim = 30"),
            "model.heads = 4 (my.toml line 3: does not divide model.dim = 30) use one of 1, 2, 3, 5, 6, 10, "
            "15, 30");
  EXPECT_EQ(refusal(vit + "dim = 720720\nheads = 17"),
            "model.heads = 17 (my.toml line 4: does not divide model.dim = 720720) use one of 1, 2, 3, 4, 5, "
            "6, 7, 8, 9, 10, 11, 12, ...");
}

TEST(Kernel, IsOdd) {
  const std::string cnn = "model.architecture = 'cnn'\n";
  EXPECT_EQ(refusal(cnn + "model.kernel = 1"), "");
  EXPECT_EQ(refusal(cnn + "model.kernel = 5"), "");
  EXPECT_EQ(refusal(cnn + "model.kernel = 4"),
            "model.kernel = 4 (my.toml line 2: even, so that no padding keeps the image's size) use an odd "
            "number");
}

TEST(Stages, LeaveAPixel) {
  const std::string cnn = "model.architecture = 'cnn'\n";
  EXPECT_EQ(refusal(cnn + "model.channels = [2, 2, 2, 2]"), "");
  EXPECT_EQ(refusal(cnn + "model.channels = [2, 2, 2, 2, 2]"),
            "model.channels = [2, 2, 2, 2, 2] (my.toml line 2: 5 stages, each of which halves the 28 x 28 "
            "images of data.dataset = \"mnist\") use at most 4 stages");
  EXPECT_EQ(refusal(cnn + "data.dataset = 'cifar10'\nmodel.channels = [2, 2, 2, 2, 2]"), "");
  EXPECT_EQ(refusal(cnn + "data.dataset = 'cifar10'\nmodel.channels = [2, 2, 2, 2, 2, 2]"),
            "model.channels = [2, 2, 2, 2, 2, 2] (my.toml line 3: 6 stages, each of which halves the 32 x 32 "
            "images of data.dataset = \"cifar10\") use at most 5 stages");
}

TEST(Combination, MattersOnlyToItsArchitecture) {
  EXPECT_EQ(
      refusal("model.patch = 5\nmodel.heads = 7\nmodel.kernel = 2\nmodel.channels = [1, 1, 1, 1, 1, 1]"), "");
  EXPECT_EQ(refusal("model.architecture = 'cnn'\nmodel.patch = 5\nmodel.heads = 7"), "");
  EXPECT_EQ(refusal("model.architecture = 'vit'\nmodel.kernel = 2\nmodel.channels = [1, 1, 1, 1, 1, 1]"), "");
}

TEST(Hidden, MayBeEmptyForDenseHeads) {
  const auto run = [](const std::string& text) { return parse_sweep(text, "a.toml").runs.at(0); };
  EXPECT_EQ(run("model.hidden = []").canonical(), "model.hidden=[]\nseed=0\n");
  EXPECT_EQ(run("model.hidden = []\nmodel.architecture = 'cnn'").canonical(),
            "model.architecture=cnn\nmodel.hidden=[]\nseed=0\n");
  EXPECT_FALSE(run("model.hidden = []\nmodel.architecture = 'vit'").has("model.hidden"));
  EXPECT_EQ(run("[[sweep]]\nmodel.hidden = [[]]").canonical(), "model.hidden=[]\nseed=0\n");
  EXPECT_EQ(parse_sweep("[[sweep]]\nmodel.hidden = [[], [16]]", "a.toml").runs.size(), 2u);
}

TEST(Hidden, AsAnEmptyAxisIsRefused) {
  EXPECT_EQ(
      refusal("[[sweep]]\n'model.hidden' = []"),
      "model.hidden = [] (my.toml line 2: an empty axis) give at least one value, each a list of integers "
      "in [1, 1000000]; [[]] is the empty list alone");
}

}  // namespace
}  // namespace kindred::sweep
