#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <filesystem>
#include <fstream>

#include "../data/captured_log.hpp"
#include "core/error.hpp"
#include "train/checkpoint.hpp"

namespace kindred::train {
namespace {

namespace fs = std::filesystem;
using Runs = std::vector<std::int64_t>;
using store::State;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

class CheckpointFiles : public testing::Test {
 protected:
  CheckpointFiles() {
    std::string name = (fs::temp_directory_path() / "kindred-checkpoints-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~CheckpointFiles() override { fs::remove_all(folder_); }

  Checkpoints checkpoints(const std::string& sweep = "1234", const std::string& engine = "native") const {
    return {(folder_ / "p.h5").string(), sweep, engine, std::chrono::hours(1)};
  }
  fs::path file(const std::string& name) const { return folder_ / "p.h5.checkpoints" / name; }

  fs::path folder_;
  std::vector<State> states_{12, State::pending};
  const test::CapturedLog log_;
};

TEST_F(CheckpointFiles, GiveBackWhatWasWrittenLast) {
  auto ours = checkpoints();
  const Runs runs{3, 4, 9};
  EXPECT_EQ(ours.read(runs), std::nullopt);
  ours.write(runs, bytes("first"));
  EXPECT_GT(ours.write(runs, bytes("second")), 0);
  const auto state = checkpoints().read(runs);
  ASSERT_TRUE(state);
  EXPECT_TRUE(std::ranges::equal(*state, bytes("second")));
  EXPECT_EQ(checkpoints().read(Runs{3, 4}), std::nullopt) << "another pack";
  EXPECT_EQ(checkpoints("1235").read(runs), std::nullopt) << "another sweep";
  EXPECT_EQ(checkpoints("1234", "torch").read(runs), std::nullopt) << "another engine";
  ours.remove_folder();
  EXPECT_TRUE(fs::exists(file("run-3.checkpoint"))) << "a folder with files stays";
  ours.remove(runs);
  ours.remove_folder();
  EXPECT_FALSE(fs::exists(file("")));
}

TEST_F(CheckpointFiles, OfPacksWithPendingRunsAreCollected) {
  auto ours = checkpoints();
  ours.write(Runs{5, 6}, bytes("a"));
  ours.write(Runs{2}, bytes("b"));
  ours.write(Runs{0, 1}, bytes("c"));
  states_[0] = State::done;
  states_[5] = states_[6] = State::diverged;
  EXPECT_THAT(ours.collect(states_), ElementsAre(Runs{0, 1}, Runs{2}));
  EXPECT_FALSE(fs::exists(file("run-5.checkpoint"))) << "its runs are settled";
}

TEST_F(CheckpointFiles, ThatAreOfNoUseAreRemoved) {
  checkpoints("other").write(Runs{1}, bytes("a"));
  checkpoints("1234", "torch").write(Runs{2}, bytes("a"));
  auto ours = checkpoints();
  ours.write(Runs{3, 4}, bytes("a"));
  ours.write(Runs{4}, bytes("left from before its pack was halved"));
  ours.write(Runs{11, 12}, bytes("a"));
  ours.write(Runs{7}, bytes("a"));
  std::ofstream(file("run-8.checkpoint.new")) << "a kill left it";
  std::ofstream(file("run-9.checkpoint")) << "short";
  fs::resize_file(file("run-7.checkpoint"), fs::file_size(file("run-7.checkpoint")) - 1);
  EXPECT_THAT(ours.collect(states_), ElementsAre(Runs{3, 4}));
  EXPECT_THAT(log_.text(), HasSubstr("the engine is native now, and was torch"));
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(file(""))) left.push_back(entry.path().filename());
  EXPECT_THAT(left, ElementsAre("run-3.checkpoint"));
}

TEST_F(CheckpointFiles, OthersFilesAreLeftAlone) {
  auto ours = checkpoints();
  ours.write(Runs{3}, bytes("a"));
  states_[3] = State::done;
  std::ofstream(file("notes.txt")) << "somebody's";
  fs::create_symlink(file("notes.txt"), file("run-4.checkpoint"));
  EXPECT_THAT(ours.collect(states_), IsEmpty());
  EXPECT_FALSE(fs::exists(file("run-3.checkpoint")));
  EXPECT_TRUE(fs::exists(file("notes.txt")) && fs::is_symlink(file("run-4.checkpoint")));
  fs::rename(file(""), folder_ / "elsewhere");
  fs::create_directory_symlink(folder_ / "elsewhere", folder_ / "p.h5.checkpoints");
  EXPECT_THROW(ours.collect(states_), Error);
}

TEST_F(CheckpointFiles, LeaveNoFolderWhenNoneIsOfUse) {
  auto ours = checkpoints();
  ours.write(Runs{3}, bytes("a"));
  states_[3] = State::done;
  EXPECT_THAT(ours.collect(states_), IsEmpty());
  EXPECT_FALSE(fs::exists(file("")));
}

TEST_F(CheckpointFiles, TheDiskDoesNotTakeAreAWarning) {
  auto ours = checkpoints();
  std::ofstream(folder_ / "p.h5.checkpoints") << "a file where the folder should be";
  ours.write(Runs{1}, bytes("a"));
  EXPECT_THAT(log_.text(), HasSubstr("no checkpoint of run 1"));
  EXPECT_THAT(ours.collect(states_), IsEmpty());
}

TEST_F(CheckpointFiles, ThatCannotBeReadNowStay) {
  checkpoints().write(Runs{5}, bytes("state"));
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &none);
  const auto state = checkpoints().read(Runs{5});
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(state, std::nullopt);
  EXPECT_THAT(log_.text(), HasSubstr("Too many open files"));
  EXPECT_NE(checkpoints().read(Runs{5}), std::nullopt);
}

TEST_F(CheckpointFiles, AreDueAfterTheInterval) {
  auto ours = checkpoints();
  EXPECT_FALSE(ours.is_due());
  Checkpoints soon((folder_ / "p.h5").string(), "1234", "native", std::chrono::seconds(0));
  EXPECT_TRUE(soon.is_due());
}

}  // namespace
}  // namespace kindred::train
