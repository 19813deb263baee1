#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>

#include "sweep/sweep_file.hpp"

namespace kindred::sweep {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::Pair;

Sweep job(const std::string& name) { return read_sweep((fs::path(KINDRED_SWEEPS) / name).string()); }

// Runs of each dataset and architecture.
std::map<std::string, int> counts(const Sweep& sweep) {
  std::map<std::string, int> all;
  for (const RunSettings& run : sweep.runs)
    ++all[run.text("data.dataset") + "-" + run.text("model.architecture")];
  return all;
}

// Different cohorts: settings that the shapes of the stored arrays depend on.
std::size_t layouts(const Sweep& sweep) {
  std::set<std::string> all;
  for (const RunSettings& run : sweep.runs) {
    std::string layout;
    for (const Key& key : keys())
      if (key.name.starts_with("data.") || key.name == "train.epochs" ||
          (key.name.starts_with("model.") && key.name != "model.activation" && key.name != "model.dropout"))
        layout += to_text(run[key.name]) + ";";
    all.insert(layout);
  }
  return all.size();
}

TEST(Jobs, EverySweepFileIsTakenWithoutDuplicates) {
  int files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(KINDRED_SWEEPS)) {
    if (entry.path().extension() != ".toml") continue;
    ++files;
    const Sweep sweep = read_sweep(entry.path().string());
    EXPECT_EQ(sweep.duplicates, 0) << entry.path();
    EXPECT_EQ(sweep.name, entry.path().stem()) << entry.path();
  }
  EXPECT_GE(files, 9);
}

// Population files of this sweep exist.
TEST(Jobs, TheQuickstartsIdentitiesStay) {
  const Sweep sweep = job("quickstart.toml");
  ASSERT_EQ(sweep.runs.size(), 64u);
  EXPECT_EQ(sweep.runs.front().identity(), 0xd4f14b7ae7ebe697u);
  EXPECT_EQ(sweep.runs.back().identity(), 0xdfb60751d54c0671u);
  EXPECT_EQ(sweep.id(), "67ed936cd8a8d92d");
}

// The counts are those that the files' comments name.
TEST(Jobs, ThePaperHasNineCohortsOfHundredsOfRunsEach) {
  const Sweep sweep = job("paper.toml");
  EXPECT_EQ(sweep.runs.size(), 5940u);
  EXPECT_THAT(counts(sweep),
              ElementsAre(Pair("cifar10-cnn", 675), Pair("cifar10-mlp", 675), Pair("cifar10-vit", 660),
                          Pair("fashion-mnist-cnn", 655), Pair("fashion-mnist-mlp", 655),
                          Pair("fashion-mnist-vit", 655), Pair("mnist-cnn", 650), Pair("mnist-mlp", 650),
                          Pair("mnist-vit", 665)));
  EXPECT_EQ(layouts(sweep), 9u);
}

TEST(Jobs, TheSmallPaperHasTheSameNineCohorts) {
  const Sweep sweep = job("paper-small.toml");
  EXPECT_EQ(sweep.runs.size(), 399u);
  EXPECT_THAT(
      counts(sweep),
      ElementsAre(Pair("cifar10-cnn", 32), Pair("cifar10-mlp", 86), Pair("cifar10-vit", 25),
                  Pair("fashion-mnist-cnn", 27), Pair("fashion-mnist-mlp", 78), Pair("fashion-mnist-vit", 26),
                  Pair("mnist-cnn", 25), Pair("mnist-mlp", 76), Pair("mnist-vit", 24)));
  EXPECT_EQ(layouts(sweep), 9u);
}

}  // namespace
}  // namespace kindred::sweep
