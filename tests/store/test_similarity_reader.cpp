#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>

#include "core/random.hpp"
#include "sample_population.hpp"
#include "scratch.hpp"
#include "store/similarity_file.hpp"
#include "store/similarity_reader.hpp"

namespace kindred::store {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Scratch;
using ::testing::ThrowsMessage;

float value(std::int64_t slice, std::int64_t row, std::int64_t column) {
  return static_cast<float>(100 * slice + 10 * row + column);
}

class SimilarityReading : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::map<std::string, std::string> distance{{"kind", "distance"}},
        similarity{{"kind", "similarity"}};
    const SimilarityLayout layout{
        {{"population", "p.h5"}},
        {{"c",
          {0, 2, 5},
          {{"wasserstein", "parameter", {"fc1.weight", "all"}, distance, 0, INFINITY},
           {"agreement", "", {}, similarity, 0, 1}}},
         {"d", {1}, {{"cosine", "", {}, similarity, -1, 1}}},
         {"/dataset/mnist", {0, 1, 2, 5}, {{"cka", "role", {"all", "first"}, similarity, 0, 1}}},
         {"/all", {0, 1, 2, 5}, {{"agreement", "", {}, similarity, 0, 1}}}}};
    create_similarity(path, layout);
    {
      SimilarityFile file(path, parallel::Communicator::world());
      for (std::int64_t slice = 0; slice < 2; ++slice) write(file, "c", "wasserstein", slice, 3);
      write(file, "/dataset/mnist", "cka", 1, 4);
    }
    finish_similarity(path, {});
  }

  static void write(SimilarityFile& file, const std::string& scope, const std::string& metric,
                    std::int64_t slice, std::int64_t runs) {
    std::vector<float> values;
    for (std::int64_t i = 0; i < runs; ++i)
      for (std::int64_t j = 0; j < runs; ++j) values.push_back(value(slice, i, j));
    file.write_tile(scope, metric, slice, 0, 0, runs, runs, values);
  }

  /// Replaces a dataset by one of another type or sizes.
  void replace(const char* name, hid_t type, const std::vector<hsize_t>& sizes, bool keep_kind = true) {
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    ASSERT_GE(H5Ldelete(file, name, H5P_DEFAULT), 0);
    const hid_t space = H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
    const hid_t dataset = H5Dcreate2(file, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (keep_kind) {
      const hid_t text = H5Tcopy(H5T_C_S1), scalar = H5Screate(H5S_SCALAR);
      H5Tset_size(text, 8);
      const hid_t kind = H5Acreate2(dataset, "kind", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
      H5Awrite(kind, text, "distance");
      H5Aclose(kind), H5Sclose(scalar), H5Tclose(text);
    }
    H5Dclose(dataset), H5Pclose(creation), H5Sclose(space);
    ASSERT_GE(H5Fclose(file), 0);
  }

  /// How the scope "c" is refused.
  void expect_refused(const char* why) {
    const SimilarityReader file(path);
    EXPECT_THAT([&] { static_cast<void>(file.matrices("c")); },
                ThrowsMessage<Error>(AllOf(HasSubstr(path), HasSubstr(why))));
  }

  Scratch scratch;
  std::string path = scratch.file("similarity.h5");
};

TEST_F(SimilarityReading, TellsWhatThereIs) {
  const SimilarityReader file(path);
  EXPECT_EQ(file.attribute("population"), "p.h5");
  EXPECT_EQ(file.attribute("absent"), "");
  EXPECT_THAT(file.scopes(), ElementsAre("c", "d", "/dataset/mnist", "/all"));
  EXPECT_THAT(file.runs("c"), ElementsAre(0, 2, 5));
  EXPECT_THAT(file.runs("/all"), ElementsAre(0, 1, 2, 5));
  const auto matrices = file.matrices("c");
  ASSERT_EQ(matrices.size(), 2);
  EXPECT_EQ(matrices[0].metric, "wasserstein");
  EXPECT_EQ(matrices[0].kind, "distance");
  EXPECT_EQ(matrices[0].slice_dimension, "parameter");
  EXPECT_THAT(matrices[0].slices, ElementsAre("fc1.weight", "all"));
  EXPECT_EQ(matrices[1].metric, "agreement");
  EXPECT_EQ(matrices[1].kind, "similarity");
  EXPECT_EQ(matrices[1].slice_dimension, "");
  EXPECT_THAT(matrices[1].slices, IsEmpty());
  EXPECT_EQ(file.matrices("/dataset/mnist")[0].slice_dimension, "role");
}

TEST_F(SimilarityReading, ReadsRows) {
  const SimilarityReader file(path);
  EXPECT_THAT(file.row("c", "wasserstein", 0, 2), ElementsAre(20, 21, 22));
  EXPECT_THAT(file.row("c", "wasserstein", 1, 0), ElementsAre(100, 101, 102));
  EXPECT_THAT(file.row("/dataset/mnist", "cka", 1, 3), ElementsAre(130, 131, 132, 133));
  for (const float nothing : file.row("c", "agreement", 0, 1)) EXPECT_TRUE(std::isnan(nothing));
  EXPECT_EQ(file.row("d", "cosine", 0, 0).size(), 1);
}

TEST_F(SimilarityReading, RefusesWhatIsNotThere) {
  const SimilarityReader file(path);
  EXPECT_THAT([&] { static_cast<void>(file.runs("e")); },
              ThrowsMessage<Error>(HasSubstr("no matrices of e")));
  EXPECT_THROW(static_cast<void>(file.matrices("")), Error);
  EXPECT_THROW(static_cast<void>(file.row("c", "procrustes", 0, 0)), std::out_of_range);
  EXPECT_THROW(static_cast<void>(file.row("c", "wasserstein", 2, 0)), std::out_of_range);
  EXPECT_THROW(static_cast<void>(file.row("c", "wasserstein", -1, 0)), std::out_of_range);
  EXPECT_THROW(static_cast<void>(file.row("c", "wasserstein", 0, 3)), std::out_of_range);
  EXPECT_THROW(static_cast<void>(file.row("c", "wasserstein", 0, -1)), std::out_of_range);
  EXPECT_THROW(static_cast<void>(file.row("c", "agreement", 1, 0)), std::out_of_range);
}

TEST_F(SimilarityReading, RefusesOtherFiles) {
  const auto other = scratch.file("other.h5");
  const auto refused = [&](const char* why) {
    EXPECT_THAT([&] { SimilarityReader file(other); },
                ThrowsMessage<Error>(AllOf(HasSubstr(other), HasSubstr(why))));
  };
  refused("No such file");
  std::ofstream(other) << std::string(10'000, 'x');
  refused("not an HDF5 file");
  H5Fclose(H5Fcreate(other.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT));
  refused("is not a similarity file (schema missing)");
  std::filesystem::remove(other);
  create_population(other, testing::sample_layout());
  refused("is not a similarity file (schema \"kindred.population\")");
  std::filesystem::remove(other);
  std::filesystem::create_directory(other);
  refused("cannot open");
}

TEST_F(SimilarityReading, RefusesMatricesOfOtherSizes) {
  replace("/cohorts/c/wasserstein", H5T_IEEE_F32LE, {2, 3, 4});
  expect_refused("is not a matrix over 3 runs");
  replace("/cohorts/c/wasserstein", H5T_IEEE_F32LE, {3});
  expect_refused("is not a matrix over 3 runs");
  EXPECT_THROW(static_cast<void>(SimilarityReader(path).row("c", "wasserstein", 0, 0)), Error);
  replace("/cohorts/c/wasserstein", H5T_IEEE_F64LE, {2, 3, 3});
  expect_refused("is not a matrix over 3 runs");
  replace("/cohorts/c/wasserstein", H5T_IEEE_F32LE, {2, 3, 3});
  expect_refused("dimension 0 has no scale");
  replace("/cohorts/c/wasserstein", H5T_IEEE_F32LE, {2, 3, 3}, false);
  EXPECT_EQ(SimilarityReader(path).matrices("c").size(), 1) << "what has no kind is no metric";
}

TEST_F(SimilarityReading, RefusesCoordinatesOfOtherTypes) {
  replace("/cohorts/c/run", H5T_IEEE_F64LE, {3}, false);
  expect_refused("is not a list of runs");
  replace("/cohorts/c/run", H5T_STD_I64LE, {4}, false);
  expect_refused("is not a matrix over 4 runs");
}

/// Reads all there is; what a damaged file may do is throw.
void read_everything(const std::string& path) {
  try {
    const SimilarityReader file(path);
    static_cast<void>(file.attribute("population"));
    for (const auto& scope : file.scopes())
      for (const auto& matrix : file.matrices(scope)) static_cast<void>(file.row(scope, matrix.metric, 0, 0));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input_output);
  }
}

TEST_F(SimilarityReading, ATruncatedFileIsRefusedAtEveryLength) {
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path));
  for (auto length = size - 1; length >= 0; length -= 499) {
    std::filesystem::resize_file(path, static_cast<std::uintmax_t>(length));
    EXPECT_THROW(SimilarityReader file(path), Error) << length;
  }
}

TEST_F(SimilarityReading, NoFlippedBitEndsTheProcess) {
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

}  // namespace
}  // namespace kindred::store
