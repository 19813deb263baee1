#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>
#include <hdf5_hl.h>

#include <array>

#include "core/random.hpp"
#include "sample_population.hpp"
#include "scratch.hpp"
#include "store/population_file.hpp"

namespace kindred::store {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::kMlp;
using testing::sample_layout;
using testing::Scratch;
using ::testing::ThrowsMessage;

/// Runs `change` on an open file.
template <class Change>
void edit(const std::string& path, Change change) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  change(file);
  ASSERT_GE(H5Fclose(file), 0);
}

void overwrite(hid_t file, const char* name, hid_t type, const void* values) {
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  EXPECT_GE(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
  H5Dclose(dataset);
}

void replace(hid_t file, const char* name, hid_t type, hsize_t count) {
  EXPECT_GE(H5Ldelete(file, name, H5P_DEFAULT), 0);
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
  H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT));
  H5Pclose(creation);
  H5Sclose(space);
}

void write_attributes(hid_t file, const char* schema, std::int64_t version) {
  const hid_t text = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(text, std::strlen(schema));
  const hid_t a = H5Acreate2(file, "schema", text, space, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t b = H5Acreate2(file, "schema_version", H5T_STD_I32BE, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(a, text, schema);
  H5Awrite(b, H5T_NATIVE_INT64, &version);
  for (const hid_t attribute : {a, b}) H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(text);
}

class Damaged : public ::testing::Test {
 protected:
  void SetUp() override { create_population(path, sample_layout()); }
  Scratch scratch;
  std::string path = scratch.file("population.h5");
};

/// Reads all there is; what a damaged file may do is throw.
void read_everything(const std::string& path) {
  try {
    const PopulationFile file(path);
    static_cast<void>(file.verify());
    static_cast<void>(file.states());
    for (const auto& column : file.column_names()) {
      try {
        static_cast<void>(file.texts(column));
      } catch (const Error&) {
      }
    }
    for (std::int64_t run = 0; run < file.runs(); ++run) static_cast<void>(file.computed_checksum(run));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input_output);
  }
}

TEST_F(Damaged, FilesOfOtherKindsAreRefused) {
  const auto other = scratch.file("other.h5");
  const auto refused = [&](const char* why) {
    EXPECT_THAT([&] { PopulationFile file(other); },
                ThrowsMessage<Error>(AllOf(HasSubstr(other), HasSubstr(why))));
  };
  refused("No such file");
  std::ofstream(other).close();
  refused("not an HDF5 file");
  std::ofstream(other) << std::string(10'000, 'x');
  refused("not an HDF5 file");
  H5Fclose(H5Fcreate(other.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  refused("is not a population file (schema missing)");
  edit(other, [](hid_t file) { write_attributes(file, "kindred.similarity", 1); });
  refused("is not a population file (schema \"kindred.similarity\")");
  H5Fclose(H5Fcreate(other.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  edit(other, [](hid_t file) { write_attributes(file, "kindred.population", 2); });
  refused("schema_version 2 (this version reads 1)");
  H5Fclose(H5Fcreate(other.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  edit(other, [](hid_t file) { write_attributes(file, "kindred.population", 1); });
  refused("no group /runs");
  std::filesystem::remove(other);
  std::filesystem::create_directory(other);
  refused("it is not a file");
}

TEST_F(Damaged, ATruncatedFileIsRefusedAtEveryLength) {
  const auto size = std::filesystem::file_size(path);
  for (auto length = static_cast<std::int64_t>(size) - 1; length >= 0; length -= 997) {
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(length));
    EXPECT_THROW(PopulationFile file(path), Error) << length;
  }
}

TEST_F(Damaged, NoFlippedBitEndsTheProcess) {
  const std::string sound = testing::bytes_of(path);
  RandomStream random(1, Stream::sampling);
  // Every second time in the heap of texts, which HDF5 itself reads without looking.
  const auto heap = static_cast<std::uint32_t>(sound.find("GCOL"));
  ASSERT_LT(heap, sound.size());
  for (int trial = 0; trial < 1000; ++trial) {
    std::string bytes = sound;
    for (auto count = 1 + random.below(4); count > 0; --count) {
      const auto at =
          trial % 2 ? heap + random.below(4096) : random.below(static_cast<std::uint32_t>(bytes.size()));
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
    }
    std::ofstream(path, std::ios::binary) << bytes;
    read_everything(path);
  }
}

TEST_F(Damaged, NodesOfNoLayerAreAProblem) {
  for (const auto& layers : {std::array{-1, 0, 0, 1, 1}, std::array{0, 1, 0, 1, 1}}) {
    edit(path, [&](hid_t file) {
      overwrite(file, (std::string("/cohorts/") + kMlp + "/node_layer").c_str(), H5T_NATIVE_INT, layers.data());
    });
    EXPECT_THAT(PopulationFile(path).problems(), Contains(HasSubstr("node_layer names no layer")));
  }
}

TEST_F(Damaged, AMissingColumnIsAProblem) {
  edit(path, [](hid_t file) { H5Ldelete(file, "/runs/test_loss", H5P_DEFAULT); });
  const PopulationFile file(path);
  EXPECT_THAT(file.problems(), Contains(HasSubstr("no dataset /runs/test_loss")));
  EXPECT_THROW(file.result(0), Error);
}

TEST_F(Damaged, AColumnOfAnotherTypeOrLengthIsAProblem) {
  edit(path, [](hid_t file) {
    replace(file, "/runs/checksum", H5T_IEEE_F32LE, 8);
    replace(file, "/runs/test_accuracy", H5T_IEEE_F64LE, 7);
  });
  const PopulationFile file(path);
  EXPECT_THAT(file.problems(), Contains(HasSubstr("/runs/checksum is not a column of 8 elements of u64")));
  EXPECT_THAT(file.problems(),
              Contains(HasSubstr("/runs/test_accuracy is not a column of 8 elements of f64")));
  EXPECT_THROW(file.stored_checksum(0), Error);
}

TEST_F(Damaged, AnArrayWithoutScalesIsAProblem) {
  const auto name = "/cohorts/" + kMlp + "/train_loss";
  edit(path, [&](hid_t file) { replace(file, name.c_str(), H5T_IEEE_F32LE, 7); });
  EXPECT_THAT(PopulationFile(path).problems(), Contains(name + ": dimension 0 has no scale"));
}

TEST_F(Damaged, AnArrayBesideTheContractIsAProblem) {
  auto layout = sample_layout();
  layout.cohorts[0].arrays[1].type = Type::f32;
  layout.cohorts[0].arrays[3].dimensions = {{"node", 5}};
  std::filesystem::remove(path);
  create_population(path, layout);
  const auto problems = PopulationFile(path).problems();
  EXPECT_THAT(problems, Contains(HasSubstr("moments holds f32, not f64")));
  EXPECT_THAT(problems,
              Contains(HasSubstr("node_strength has the dimensions run, node, not run, snapshot, node")));
}

TEST_F(Damaged, AMissingScaleIsAProblem) {
  const auto name = "/cohorts/" + kMlp + "/moment";
  edit(path, [&](hid_t file) { H5Ldelete(file, name.c_str(), H5P_DEFAULT); });
  EXPECT_THAT(PopulationFile(path).problems(), Contains(HasSubstr("moments: dimension 3 has no scale")));
}

TEST_F(Damaged, RunsThatPointAtRowsOfOthersAreAProblem) {
  const std::vector<std::int64_t> rows{0, 1, 2, 0, 3, 4, 9, -1};
  edit(path, [&](hid_t file) { overwrite(file, "/runs/cohort_row", H5T_NATIVE_INT64, rows.data()); });
  const PopulationFile file(path);
  EXPECT_THAT(file.problems(), Contains(HasSubstr("run 6 names row 9")));
  EXPECT_THAT(file.problems(), Contains(HasSubstr("run 7 names row -1")));
  EXPECT_THROW(file.computed_checksum(6), Error);
  EXPECT_THROW(file.computed_checksum(7), Error);
}

TEST_F(Damaged, ACohortWithMoreRunsThanRowsIsRefused) {
  const auto name = "/cohorts/" + kMlp + "/run";
  edit(path, [&](hid_t file) {
    // The arrays still name it as their first dimension.
    const hid_t scale = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
    const hid_t uses = H5Aopen(scale, "REFERENCE_LIST", H5P_DEFAULT);
    const hid_t type = H5Aget_type(uses), space = H5Aget_space(uses);
    std::vector<std::byte> list(H5Tget_size(type) *
                                static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
    ASSERT_GE(H5Aread(uses, type, list.data()), 0);
    H5Aclose(uses), H5Dclose(scale);
    replace(file, name.c_str(), H5T_STD_I64LE, 8);
    const hid_t longer = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
    ASSERT_GE(H5DSset_scale(longer, "run"), 0);
    const hid_t again = H5Acreate2(longer, "REFERENCE_LIST", type, space, H5P_DEFAULT, H5P_DEFAULT);
    ASSERT_GE(H5Awrite(again, type, list.data()), 0);
    H5Aclose(again), H5Dclose(longer), H5Sclose(space), H5Tclose(type);
  });
  const PopulationFile file(path);
  EXPECT_THAT(file.problems(), Contains(HasSubstr("dimension run has 7 elements, its scale 8")));
  EXPECT_THAT([&] { static_cast<void>(file.arrays(kMlp)); },
              ThrowsMessage<Error>(HasSubstr("train_loss has 7 rows for 8 runs")));
}

TEST_F(Damaged, ValuesInOtherFilesAreNotRead) {
  edit(path, [&](hid_t file) {
    H5Ldelete(file, "/runs/state", H5P_DEFAULT);
    const hsize_t count = 8;
    const hid_t space = H5Screate_simple(1, &count, nullptr), creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(creation, "/dev/zero", 0, count);
    H5Dclose(H5Dcreate2(file, "/runs/state", H5T_STD_U8LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
    H5Pclose(creation), H5Sclose(space);
  });
  EXPECT_THAT([&] { PopulationFile file(path); }, ThrowsMessage<Error>(HasSubstr("no column of states")));
}

TEST_F(Damaged, AScaleThatIsNoTextIsRefused) {
  const auto name = "/cohorts/" + kMlp + "/epoch";
  edit(path, [&](hid_t file) {
    const hid_t scale = H5Dopen2(file, name.c_str(), H5P_DEFAULT), space = H5Screate(H5S_SCALAR);
    H5Adelete(scale, "CLASS");
    H5Aclose(H5Acreate2(scale, "CLASS", H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space), H5Dclose(scale);
  });
  EXPECT_THAT(PopulationFile(path).problems(), Contains(HasSubstr("the attribute CLASS is not one text")));
}

TEST_F(Damaged, ATextThatIsTooLongIsRefused) {
  edit(path, [&](hid_t file) {
    const hid_t text = H5Tcopy(H5T_C_S1);
    H5Tset_size(text, 100'000);
    replace(file, "/runs/cohort", text, 8);
    H5Tclose(text);
  });
  EXPECT_THAT([&] { static_cast<void>(PopulationFile(path).texts("cohort")); },
              ThrowsMessage<Error>(HasSubstr("a text of 100000 bytes")));
}

TEST_F(Damaged, AnUnknownStateIsAProblem) {
  const std::vector<std::uint8_t> states{0, 1, 2, 3, 4, 0, 0, 0};
  edit(path, [&](hid_t file) { overwrite(file, "/runs/state", H5T_NATIVE_UINT8, states.data()); });
  const PopulationFile file(path);
  EXPECT_THAT(file.verify().problems, Contains(HasSubstr("its state is 4")));
  EXPECT_THROW(file.states(), Error);
}

TEST_F(Damaged, AChangedByteChangesTheChecksum) {
  const auto before = PopulationFile(path).computed_checksum(0);
  std::vector<std::uint32_t> histogram(7 * 24, 0);
  const auto name = "/cohorts/" + kMlp + "/histogram";
  edit(path, [&](hid_t file) { overwrite(file, name.c_str(), H5T_NATIVE_UINT32, histogram.data()); });
  EXPECT_EQ(PopulationFile(path).computed_checksum(0), before);
  histogram[23] = 1;
  edit(path, [&](hid_t file) { overwrite(file, name.c_str(), H5T_NATIVE_UINT32, histogram.data()); });
  EXPECT_NE(PopulationFile(path).computed_checksum(0), before);
}

TEST(RunChecksum, IsOfTheArraysAndThenTheResults) {
  RowData rows{{std::byte{1}, std::byte{2}}, {std::byte{3}}};
  RunResult result;
  result.epochs_completed = 2, result.train_loss = 0.5, result.train_accuracy = 1, result.test_loss = -0.0;
  std::string bytes = "\x01\x02\x03";
  for (const double value : {2.0, 0.5, 1.0, -0.0, 0.0})
    bytes.append(reinterpret_cast<const char*>(&value), 8);
  EXPECT_EQ(checksum(rows, result), xxh64(bytes));
  result.wall_seconds = 5, result.host = "elsewhere", result.message = "volatile";
  EXPECT_EQ(checksum(rows, result), xxh64(bytes));
}

}  // namespace
}  // namespace kindred::store
