#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>

#include "compare/progress.hpp"
#include "core/error.hpp"

namespace kindred::compare {
namespace {

/// A cohort of 70 runs, two blocks, compared by the cosine; its tiles are single blocks.
class Progress : public testing::Test {
 protected:
  Progress() {
    std::string name = std::filesystem::temp_directory_path() / "kindred-progress-XXXXXX";
    folder_ = mkdtemp(name.data());
    Cohort& cohort = job_.cohorts.emplace_back();
    cohort.name = "c";
    cohort.runs.resize(70);
    job_.layout.cohorts.push_back({"c", cohort.runs, {{"cosine", "", {}, {}, -1, 1}}});
    Unit unit;
    unit.metrics = choose_metrics("cosine");
    unit.destinations = {{{"c", 0, 0, 0}}};
    job_.units.push_back(unit);
    job_.key = 5;
    for (const auto& tile : make_tiles(70, 70, true, 1)) tasks_.push_back({0, tile, 1});
    std::ofstream(path() + ".new") << "matrices";
    ProgressFile::create(path(), job_);
  }
  ~Progress() override { std::filesystem::remove_all(folder_); }
  std::string path() const { return folder_ + "/s.h5"; }
  /// Ones, of which the first is NaN if asked.
  static std::vector<std::vector<float>> values(const Task& task, bool undefined) {
    std::vector<float> all(static_cast<std::size_t>(task.tile.rows * task.tile.columns), 1.0f);
    if (undefined) all.front() = std::numeric_limits<float>::quiet_NaN();
    return {all};
  }

  std::string folder_;
  Job job_;
  std::vector<Task> tasks_;
};

TEST_F(Progress, TilesThatWereRecordedAreDoneAndTheirPairsCounted) {
  ASSERT_EQ(tasks_.size(), 3u);
  ProgressFile file(path(), job_);
  file.note(tasks_[0], values(tasks_[0], true));
  file.note(tasks_[2], values(tasks_[2], false));
  file.record();
  EXPECT_TRUE(ProgressFile::can_continue(path(), job_));
  ProgressFile again(path(), job_);
  auto left = tasks_;
  EXPECT_EQ(again.erase_done(left), 2u);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_THROW(again.undefined(), Error) << "a tile has not been done";
  again.note(left[0], values(left[0], true));
  again.record();
  EXPECT_EQ(again.undefined(), (std::map<std::string, std::int64_t>{{"c/cosine", 2}}));
}

TEST_F(Progress, OfAnotherJobOrOfOtherMatricesDoesNotGoOn) {
  EXPECT_TRUE(ProgressFile::can_continue(path(), job_));
  std::ofstream(path() + ".new", std::ios::app) << "longer";
  EXPECT_FALSE(ProgressFile::can_continue(path(), job_));
  std::filesystem::resize_file(path() + ".new", 8);
  EXPECT_TRUE(ProgressFile::can_continue(path(), job_));
  job_.key = 6;
  EXPECT_FALSE(ProgressFile::can_continue(path(), job_));
}

}  // namespace
}  // namespace kindred::compare
