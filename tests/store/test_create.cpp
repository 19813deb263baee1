#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <hdf5_hl.h>
#include <malloc.h>
#include <sys/stat.h>

#include "sample_population.hpp"
#include "scratch.hpp"
#include "store/population_file.hpp"

namespace kindred::store {
namespace {

using ::testing::AllOf;
using testing::file_hash;
using ::testing::HasSubstr;
using testing::kMlp;
using testing::sample_layout;
using testing::Scratch;
using ::testing::ThrowsMessage;

void expect_nothing_left(const std::string& path) {
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(CreatePopulation, MakesEqualFilesFromEqualLayouts) {
  const Scratch scratch;
  // Allocated memory is filled with another byte each time: none of it may reach the file.
  for (const int byte : {0x55, 0xAA}) {
    mallopt(M_PERTURB, byte);
    create_population(scratch.file(std::to_string(byte)), sample_layout());
  }
  mallopt(M_PERTURB, 0);
  EXPECT_EQ(file_hash(scratch.file("85")), file_hash(scratch.file("170")));
}

TEST(CreatePopulation, MakesAnEqualFileFromTheLayoutOfAFile) {
  const Scratch scratch;
  create_population(scratch.file("first"), sample_layout());
  create_population(scratch.file("second"), PopulationFile(scratch.file("first")).layout());
  EXPECT_EQ(file_hash(scratch.file("first")), file_hash(scratch.file("second")));
}

TEST(CreatePopulation, NeverWritesWhereALinkLeads) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5"), precious = scratch.file("precious");
  std::ofstream(precious) << "precious";
  std::filesystem::create_symlink(precious, path + ".new");
  create_population(path, sample_layout());
  EXPECT_EQ(testing::bytes_of(precious), "precious");
  EXPECT_THAT(PopulationFile(path).problems(), ::testing::IsEmpty());
}

TEST(CreatePopulation, ReservesTheWholeFile) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5");
  const auto layout = sample_layout(8, 1'000'000);
  create_population(path, layout);
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_GE(status.st_blocks * 512, status.st_size);
  EXPECT_GE(static_cast<std::uint64_t>(status.st_size), layout.bytes());
  EXPECT_LT(static_cast<std::uint64_t>(status.st_size), layout.bytes() + (1 << 20));
}

TEST(CreatePopulation, WritesLittleEndianContiguousArraysWithAttachedScales) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5");
  create_population(path, sample_layout(8, 5000));
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t group = H5Gopen2(file, ("/cohorts/" + kMlp).c_str(), H5P_DEFAULT);
  const hid_t weights = H5Dopen2(group, "weights", H5P_DEFAULT);
  const hid_t type = H5Dget_type(weights), creation = H5Dget_create_plist(weights);
  EXPECT_GT(H5Tequal(type, H5T_IEEE_F32LE), 0);
  EXPECT_EQ(H5Pget_layout(creation), H5D_CONTIGUOUS);
  EXPECT_EQ(H5Dget_offset(weights) % 4096, 0u);
  int dimension = 0;
  for (const char* name : {"run", "weights_snapshot", "weight"}) {
    const hid_t scale = H5Dopen2(group, name, H5P_DEFAULT);
    EXPECT_GT(H5DSis_scale(scale), 0) << name;
    EXPECT_GT(H5DSis_attached(weights, scale, static_cast<unsigned>(dimension++)), 0) << name;
    H5Dclose(scale);
  }
  const hid_t weight = H5Dopen2(group, "weight", H5P_DEFAULT);
  EXPECT_EQ(H5Dget_storage_size(weight), 0u);
  for (const hid_t dataset : {weight, weights}) H5Dclose(dataset);
  H5Pclose(creation);
  H5Tclose(type);
  H5Gclose(group);
  EXPECT_GE(H5Fclose(file), 0);
}

TEST(CreatePopulation, TakesOneRun) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5");
  create_population(path, sample_layout(1));
  const PopulationFile file(path);
  EXPECT_EQ(file.runs(), 1);
  EXPECT_THAT(file.problems(), ::testing::IsEmpty());
}

TEST(CreatePopulation, RefusesNoRuns) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5");
  EXPECT_THAT([&] { create_population(path, sample_layout(0)); }, ThrowsMessage<Error>(HasSubstr("no runs")));
  expect_nothing_left(path);
}

TEST(CreatePopulation, RefusesADiskThatIsTooSmall) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5");
  for (const std::int64_t weights : {std::int64_t{1} << 50, std::int64_t{1} << 62}) {
    EXPECT_THAT([&] { create_population(path, sample_layout(8, weights)); },
                ThrowsMessage<Error>(AllOf(HasSubstr("it needs"), HasSubstr("the disk has"))));
    expect_nothing_left(path);
  }
}

TEST(CreatePopulation, RefusesPlacesThatCannotHoldAFile) {
  const Scratch scratch;
  const auto layout = sample_layout();
  EXPECT_THAT([&] { create_population(scratch.file("no/such/population.h5"), layout); },
              ThrowsMessage<Error>(HasSubstr("there is no folder")));
  EXPECT_THAT([&] { create_population("/proc/population.h5", layout); },
              ThrowsMessage<Error>(HasSubstr("choose a folder that can be written")));
  EXPECT_THAT([&] { create_population("/sys/population.h5", layout); },
              ThrowsMessage<Error>(HasSubstr("choose a folder that can be written")));
  std::filesystem::create_directory(scratch.file("folder"));
  EXPECT_THAT([&] { create_population(scratch.file("folder"), layout); },
              ThrowsMessage<Error>(HasSubstr("it is a folder")));
}

TEST(CreatePopulation, LeavesAFileThatIsThereAlone) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5");
  std::ofstream(path) << "precious";
  EXPECT_THAT([&] { create_population(path, sample_layout()); }, ThrowsMessage<Error>(HasSubstr("already")));
  EXPECT_EQ(testing::bytes_of(path), "precious");
}

TEST(CreatePopulation, RefusesLayoutsThatContradictThemselves) {
  const Scratch scratch;
  const auto path = scratch.file("population.h5");
  const auto refused = [&](auto change) {
    auto layout = sample_layout();
    change(layout);
    EXPECT_THROW(create_population(path, layout), std::logic_error);
    expect_nothing_left(path);
  };
  refused([](auto& layout) { layout.cohorts[0].arrays[0].dimensions[0].size = 4; });
  refused([](auto& layout) { layout.cohorts[0].arrays[0].dimensions[0].name = "nowhere"; });
  refused([](auto& layout) { layout.cohorts[0].arrays[4].dimensions[1].size = 0; });
  refused([](auto& layout) { layout.columns[1].values = std::vector<std::string>{"one"}; });
  refused([](auto& layout) { layout.cohorts[0].runs.clear(); });
}

}  // namespace
}  // namespace kindred::store
