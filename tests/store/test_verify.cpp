#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <unistd.h>

#include "parallel/communicator.hpp"
#include "sample_population.hpp"
#include "scratch.hpp"
#include "store/disk.hpp"
#include "store/population_file.hpp"

namespace kindred::store {
namespace {

using testing::bytes_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::kMlp;
using testing::sample_layout;
using testing::Scratch;

/// Where a dataset's bytes begin.
std::size_t offset_of(const std::string& path, const std::string& name) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t dataset = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
  const auto offset = H5Dget_offset(dataset);
  H5Dclose(dataset), H5Fclose(file);
  return offset;
}

void poke(const std::string& path, std::size_t offset, char byte) {
  const auto file = open_for_writing(path);
  ASSERT_EQ(::pwrite(file.get(), &byte, 1, static_cast<off_t>(offset)), 1);
}

class Verify : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto layout = sample_layout();
    create_population(path, layout);
    PopulationFile file(path, parallel::Communicator::world());
    for (std::int64_t run = 0; run < 6; ++run)
      file.write_run(run, testing::sample_rows(layout, run), testing::sample_result(run));
    file.write_state(6, State::failed, "broken");
  }

  Scratch scratch;
  std::string path = scratch.file("population.h5");
};

TEST_F(Verify, FindsNothingInASoundFile) {
  const auto found = PopulationFile(path).verify();
  EXPECT_THAT(found.problems, IsEmpty());
  EXPECT_THAT(found.damaged, IsEmpty());
  EXPECT_EQ(found.checked, 6);
}

TEST_F(Verify, FindsRunsWhoseDataOrStateIsDamaged) {
  const auto state = offset_of(path, "/runs/state");
  poke(path, offset_of(path, "/cohorts/" + kMlp + "/weights") + 4 * 23 * 3 + 7, 0x11);  // row 3 is run 4
  poke(path, offset_of(path, "/runs/test_loss") + 8 * 2 + 1, 0x11);
  poke(path, state + 7, 9);
  const auto found = PopulationFile(path).verify();
  EXPECT_THAT(found.problems, ElementsAre("run 2: its data does not have its checksum",
                                          "run 4: its data does not have its checksum",
                                          "run 7: its state is 9 (0 to 3 are states)"));
  EXPECT_THAT(found.damaged, ElementsAre(2, 4, 7));
}

TEST_F(Verify, MarkingRunsPendingChangesTheirStatesAlone) {
  const auto state = offset_of(path, "/runs/state");
  auto bytes = bytes_of(path);
  PopulationFile(path).mark_pending(std::vector<std::int64_t>{1, 5, 6});
  for (const auto run : {1, 5, 6}) {
    EXPECT_NE(bytes[state + static_cast<std::size_t>(run)], 0);
    bytes[state + static_cast<std::size_t>(run)] = 0;
  }
  EXPECT_EQ(bytes_of(path), bytes);
  EXPECT_THAT(PopulationFile(path).verify().problems, IsEmpty());
  EXPECT_THROW(PopulationFile(path).mark_pending(std::vector<std::int64_t>{8}), std::out_of_range);
}

TEST_F(Verify, ReadsBackWhatWasWritten) {
  const PopulationFile file(path);
  for (std::int64_t run = 0; run < 6; ++run) {
    const auto rows = testing::sample_rows(sample_layout(), run);
    EXPECT_EQ(file.rows(run), rows) << run;
    EXPECT_EQ(file.stored_checksum(run), checksum(rows, file.result(run))) << run;
  }
}

}  // namespace
}  // namespace kindred::store
