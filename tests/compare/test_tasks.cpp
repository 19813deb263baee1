#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "compare/sizes.hpp"
#include "compare/tasks.hpp"
#include "core/error.hpp"

namespace kindred::compare {
namespace {

constexpr std::size_t gibibyte = std::size_t{1} << 30;

/// Cohorts of networks with so many weights, each compared with itself by the metric.
Job job_of(const std::string& metric, std::int64_t runs, std::int64_t weights, std::size_t cohorts = 1) {
  Job job;
  for (std::size_t c = 0; c < cohorts; ++c) {
    Cohort& cohort = job.cohorts.emplace_back();
    cohort.name = "cohort-" + std::to_string(c);
    cohort.runs.resize(static_cast<std::size_t>(runs));
    cohort.parameters = {{"all", 0, weights}};
    Unit unit;
    unit.metrics = choose_metrics(metric);
    unit.left = unit.right = c;
    job.units.push_back(unit);
  }
  return job;
}

std::size_t most_bytes(const Job& job, const std::vector<Task>& tasks) {
  std::size_t most = 0;
  for (const auto& task : tasks) {
    const bool diagonal = task.tile.first_row == task.tile.first_column;
    most = std::max(most, tile_bytes(sizes_of(job, job.units[task.unit]), task.tile.rows,
                                     diagonal ? 0 : task.tile.columns));
  }
  return most;
}

double largest(const std::vector<Task>& tasks) {
  return std::ranges::max_element(tasks, {}, &Task::cost)->cost;
}

TEST(Tasks, StayWithinTheMemory) {
  for (const char* metric : {"cosine", "wasserstein", "wasserstein,kolmogorov_smirnov"})
    for (const std::size_t memory : {gibibyte / 8, gibibyte / 3, gibibyte, 4 * gibibyte})
      for (const int ranks : {1, 2, 64}) {
        const auto job = job_of(metric, 1000, 109386);
        EXPECT_LE(most_bytes(job, make_tasks(job, memory, ranks)), memory) << metric << " " << ranks;
      }
}

TEST(Tasks, AreOneWhereTheMemoryAllowsItAndOneRankWorks) {
  EXPECT_EQ(make_tasks(job_of("cosine", 300, 109386), gibibyte, 1).size(), 1u);
  EXPECT_GT(make_tasks(job_of("cosine", 300, 109386), gibibyte / 16, 1).size(), 1u);
}

TEST(Tasks, FewRunsOfHugeNetworksNeedTheirOwnMemoryAlone) {
  const auto job = job_of("cosine", 4, 86'000'000);
  const auto tasks = make_tasks(job, 2 * gibibyte, 1);
  ASSERT_EQ(tasks.size(), 1u);
  EXPECT_NEAR(static_cast<double>(most_bytes(job, tasks)), 4 * 4 * 86e6, 1e7);
}

TEST(Tasks, AreRefusedWithTheBytesWhereTwoBlocksDoNotFit) {
  try {
    make_tasks(job_of("wasserstein", 65, 86'000'000), 2 * gibibyte, 1);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    const std::string text = error.what();
    // 64 runs on both sides, four bytes each of 86 million values and of a grid.
    EXPECT_NE(text.find("41.3 GiB"), std::string::npos) << text;
    EXPECT_NE(text.find("--memory"), std::string::npos);
    EXPECT_NE(text.find("wasserstein of cohort cohort-0"), std::string::npos);
  }
}

TEST(Tasks, AreEnoughForManyRanks) {
  for (const int ranks : {2, 64, 1024}) {
    const auto tasks = make_tasks(job_of("wasserstein", 10000, 109386), 4 * gibibyte, ranks);
    EXPECT_LE(largest(tasks) * ranks, 0.8 * cost_of(tasks)) << ranks;
    EXPECT_TRUE(std::ranges::is_sorted(tasks, std::ranges::greater(), &Task::cost));
  }
}

TEST(Tasks, AreLargerWhereThereIsOtherWorkForTheRanks) {
  const auto alone = make_tasks(job_of("wasserstein", 300, 109386), 4 * gibibyte, 2);
  const auto among = make_tasks(job_of("wasserstein", 300, 109386, 20), 4 * gibibyte, 2);
  EXPECT_LT(among.size(), 20 * alone.size());
  EXPECT_LT(cost_of(among), 20 * cost_of(alone));  // runs are loaded less often
}

TEST(Tasks, TakeSecondsEach) {
  const auto tasks = make_tasks(job_of("wasserstein", 20000, 109386), 1000 * gibibyte, 1);
  EXPECT_LT(largest(tasks), 11);
}

}  // namespace
}  // namespace kindred::compare
