#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "refusal.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::sweep {
namespace {

using List = std::vector<std::int64_t>;

const std::string sample = R"(name = "mnist-mlp"

[data]
dataset = "mnist"

[model]
architecture = "mlp"
hidden = [128, 64]
activation = "relu"
dropout = 0.0

[init]
scheme = "kaiming_uniform"
scale = 1.0

[train]
epochs = 10
batch_size = 64
optimizer = "sgd"
learning_rate = 0.05
momentum = 0.9
weight_decay = 0.0
schedule = "constant"
label_noise = 0.0

[record]
snapshots = [0, 1, 2, 5, 10]
weights = "final"
histogram_bins = 512
histogram_range = [-2.0, 2.0]
quantiles = 257
probes = 1000
optimal_fraction = 0.25

[[sweep]]
seeds = 25
"train.learning_rate" = [0.5, 0.05, 0.005, 0.0005]
"init.scale" = [0.1, 1.0, 5.0]
)";

TEST(SweepFile, TheSampleIsThreeHundredRuns) {
  const Sweep sweep = parse_sweep(sample, "sample.toml");
  EXPECT_EQ(sweep.name, "mnist-mlp");
  EXPECT_EQ(sweep.text, sample);
  EXPECT_EQ(sweep.runs.size(), 300u);
  EXPECT_EQ(sweep.duplicates, 0);
  EXPECT_EQ(sweep.record.snapshot_epochs, (List{0, 1, 2, 5, 10}));
  // Its base spells out the defaults, so only what is swept enters an identity.
  EXPECT_EQ(sweep.runs.front().canonical(), "init.scale=0.1\ntrain.learning_rate=0.5\nseed=0\n");
}

TEST(SweepFile, AnEmptyFileIsOneRunOfTheDefaults) {
  const Sweep sweep = parse_sweep("", "empty.toml");
  EXPECT_EQ(sweep.name, "empty");
  ASSERT_EQ(sweep.runs.size(), 1u);
  EXPECT_EQ(sweep.runs[0].identity(), RunSettings().identity());
  EXPECT_EQ(sweep.runs[0].seed, 0);
}

TEST(SweepFile, SettingsOfAnotherArchitectureOptimizerOrScheduleDoNotApply) {
  const Sweep sweep = parse_sweep(
      "model.patch = 4\nmodel.channels = [8]\ntrain.beta1 = 0.5\ntrain.step_epochs = 2\n", "a.toml");
  const RunSettings& run = sweep.runs.at(0);
  for (const char* key :
       {"model.channels", "model.kernel", "model.patch", "model.dim", "model.depth", "model.heads",
        "model.mlp_dim", "train.beta1", "train.beta2", "train.epsilon", "train.step_epochs",
        "train.step_factor", "init.seed", "train.order_seed", "data.train_limit", "data.test_limit"})
    EXPECT_FALSE(run.has(key)) << key;
  for (const char* key :
       {"model.hidden", "model.dropout", "train.momentum", "train.warmup_epochs", "train.label_noise"})
    EXPECT_TRUE(run.has(key)) << key;
  EXPECT_EQ(run.identity(), RunSettings().identity());
}

TEST(SweepFile, AnIntegerWhereARealIsMeantIsTheSameRun) {
  const auto identity = [](const std::string& text) {
    return parse_sweep(text, "a.toml").runs.at(0).identity();
  };
  EXPECT_EQ(identity("init.scale = 2"), identity("init.scale = 2.0"));
  EXPECT_EQ(identity("init.scale = 1"), identity(""));
  EXPECT_EQ(identity("train.weight_decay = -0.0"), identity(""));
}

TEST(SweepFile, AKeyMayBeWrittenInAnyWayOfToml) {
  const Sweep section =
      parse_sweep("[train]\nepochs = 3\n[[sweep]]\n[sweep.train]\nbatch_size = [1, 2]\n", "a.toml");
  const Sweep dotted = parse_sweep("train.epochs = 3\n[[sweep]]\ntrain.batch_size = [1, 2]\n", "a.toml");
  const Sweep quoted =
      parse_sweep("\"train.epochs\" = 3\n[[sweep]]\n\"train.batch_size\" = [1, 2]\n", "a.toml");
  const Sweep inlined =
      parse_sweep("train = {epochs = 3}\nsweep = [{train = {batch_size = [1, 2]}}]\n", "a.toml");
  EXPECT_EQ(section.runs.size(), 2u);
  EXPECT_EQ(section.runs, dotted.runs);
  EXPECT_EQ(section.runs, quoted.runs);
  EXPECT_EQ(section.runs, inlined.runs);
}

TEST(SweepFile, WindowsLineEndsAndAByteOrderMarkAreRead) {
  EXPECT_EQ(parse_sweep("\xEF\xBB\xBF[train]\r\nepochs = 3\r\n", "a.toml").runs.at(0).integer("train.epochs"),
            3);
}

TEST(SweepFile, IsReadFromAFile) {
  const std::string path =
      (std::filesystem::path(testing::TempDir()) / "kindred_sweep_file_test.toml").string();
  std::ofstream(path) << sample;
  const Sweep sweep = read_sweep(path);
  std::filesystem::remove(path);
  EXPECT_EQ(sweep.text, sample);
  EXPECT_EQ(sweep.runs.size(), 300u);
}

TEST(SweepId, IsThatOfTheRunsAndTheRecord) {
  // XXH64 of the two identities in hexadecimal and of record_text(), computed with Python's xxhash 3.
  EXPECT_EQ(parse_sweep("[[sweep]]\nseeds = 2\n", "a.toml").id(), "0a9845b22698e961");
}

TEST(SweepId, DoesNotDependOnSpelling) {
  const std::string id = parse_sweep(sample, "a.toml").id();
  EXPECT_EQ(parse_sweep("# a comment\n" + sample, "b.toml").id(), id);
  EXPECT_EQ(parse_sweep("name = 'other'\nrecord.snapshots = [0, 1, 2, 5, 10]\n[[sweep]]\ntrain.learning_rate "
                        "= [5e-1, 0.05, "
                        "0.005, 5e-4]\ninit.scale = [0.1, 1, 5]\nseeds = 25\n",
                        "c.toml")
                .id(),
            id);
}

TEST(SweepId, DependsOnOrderAndRecord) {
  const auto id = [](const std::string& text) { return parse_sweep(text, "a.toml").id(); };
  EXPECT_NE(id("[[sweep]]\nseeds = [0, 1]"), id("[[sweep]]\nseeds = [1, 0]"));
  EXPECT_NE(id(""), id("record.probes = 10"));
}

const std::string random_sample = R"([[sweep]]
method = "random"
samples = 4
sample_seed = 2
model.architecture = ["mlp", "cnn", "vit"]
"model.hidden" = [[], [8]]
"train.learning_rate" = {min = 1e-4, max = 0.3, log = true}
"train.batch_size" = {min = 16, max = 64}
[sweep.init.scale]
min = 0.5
max = 2.0
)";

// Damage of every kind: whatever comes of it, it is a sweep or a usage error.
TEST(SweepFile, NoTruncationOrFlippedBitCrashes) {
  for (const std::string& text : {sample, random_sample}) {
    int taken = 0, refused = 0;
    const auto read = [&](const std::string& damaged) {
      ++(test::refusal(damaged).empty() ? taken : refused);
    };
    for (std::size_t length = 0; length < text.size(); ++length) read(text.substr(0, length));
    for (std::size_t byte = 0; byte < text.size(); ++byte)
      for (const unsigned mask : {1u, 4u, 16u, 32u, 128u}) {
        std::string damaged = text;
        damaged[byte] = static_cast<char>(static_cast<unsigned char>(damaged[byte]) ^ mask);
        read(damaged);
      }
    EXPECT_GT(taken, 0);
    EXPECT_GT(refused, static_cast<int>(text.size()));
  }
}

}  // namespace
}  // namespace kindred::sweep
