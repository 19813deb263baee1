#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "compare/node_memory.hpp"

namespace kindred::compare {
namespace {

class ControlGroups : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::temp_directory_path() /
            ("kindred_groups_" + std::to_string(testing::UnitTest::GetInstance()->random_seed()) + "_" +
             testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(root_);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }
  void write(const std::string& file, const std::string& text) const {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text << "\n";
  }

  std::filesystem::path root_;
};

TEST_F(ControlGroups, TheLeastOfAllLevelsOfVersion2) {
  write("job/memory.max", "3000");
  write("job/step/memory.max", "max");
  write("job/step/task/memory.max", "5000");
  EXPECT_EQ(control_group_memory(root_, "0::/job/step/task\n"), 3000u);
  write("job/step/memory.max", "2000");
  EXPECT_EQ(control_group_memory(root_, "0::/job/step/task\n"), 2000u);
}

TEST_F(ControlGroups, OfVersion1) {
  write("memory/here/memory.limit_in_bytes", "7000");
  write("pids/there/memory.limit_in_bytes", "1");
  EXPECT_EQ(control_group_memory(root_, "9:pids:/there\n4:memory:/here\n0::/\n"), 7000u);
}

TEST_F(ControlGroups, TheRootWhereThePathIsTheHosts) {
  write("memory.max", "4000");
  EXPECT_EQ(control_group_memory(root_, "0::/not/inside\n"), 4000u);
}

TEST_F(ControlGroups, NoLimit) {
  const auto unlimited = std::numeric_limits<std::size_t>::max();
  EXPECT_EQ(control_group_memory(root_, "0::/\n"), unlimited);
  EXPECT_EQ(control_group_memory(root_, ""), unlimited);
  write("memory.max", "max");
  EXPECT_EQ(control_group_memory(root_, "0::/\n"), unlimited);
}

TEST(NodeMemory, SlurmMayAllowLess) {
  const auto machine = node_memory();
  EXPECT_GT(machine, 1u << 20);
  setenv("SLURM_MEM_PER_CPU", "8", 1);
  setenv("SLURM_CPUS_ON_NODE", "4", 1);
  EXPECT_EQ(node_memory(), 32u << 20);
  setenv("SLURM_MEM_PER_NODE", "16", 1);
  EXPECT_EQ(node_memory(), 16u << 20);
  setenv("SLURM_MEM_PER_NODE", "0", 1);  // all of it
  unsetenv("SLURM_MEM_PER_CPU");
  EXPECT_EQ(node_memory(), machine);
  unsetenv("SLURM_MEM_PER_NODE");
  unsetenv("SLURM_CPUS_ON_NODE");
}

}  // namespace
}  // namespace kindred::compare
