#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>

#include "scratch.hpp"
#include "store/similarity_file.hpp"

namespace kindred::store {
namespace {

using testing::file_hash;
using testing::Scratch;

SimilarityLayout sample(std::int64_t runs) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < runs; ++i) rows.push_back(2 * i);
  const std::map<std::string, std::string> attributes{{"kind", "distance"}, {"snapshot", "final"}};
  SimilarityLayout layout;
  layout.attributes = {{"created_by", "test"}};
  layout.cohorts = {{"c",
                     rows,
                     {{"wasserstein", "parameter", {"fc1.weight", "all"}, attributes, 0, INFINITY},
                      {"cka", "representation", {"hidden1", "hidden2", "logits"}, attributes, 0, 1},
                      {"moment", "parameter", {"fc1.weight", "all"}, attributes, 0, INFINITY},
                      {"agreement", "", {}, attributes, 0, 1}}},
                    {"/dataset/mnist", {1}, {{"cka", "", {}, attributes, 0, 1}}}};
  return layout;
}

float value(std::int64_t slice, std::int64_t row, std::int64_t column) {
  return static_cast<float>(100 * slice + 10 * row + column);
}

std::vector<float> read(const std::string& path, const char* name, std::size_t count) {
  std::vector<float> values(count);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  EXPECT_GE(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
  H5Dclose(dataset);
  H5Fclose(file);
  return values;
}

class Similarity : public ::testing::Test {
 protected:
  /// Tiles of `block` × `block` dealt to the ranks; slice 1 of wasserstein only.
  void write(const std::string& path, std::int64_t runs, std::int64_t block, bool dealt) {
    world.root_only([&] { create_similarity(path, sample(runs)); });
    {
      SimilarityFile file(path, world);
      std::int64_t tile = 0;
      for (std::int64_t i = 0; i < runs; i += block)
        for (std::int64_t j = 0; j < runs; j += block, ++tile) {
          if (dealt ? tile % world.size() != world.rank() : !world.is_root()) continue;
          const auto rows = std::min(block, runs - i), columns = std::min(block, runs - j);
          std::vector<float> values;
          for (std::int64_t r = 0; r < rows; ++r)
            for (std::int64_t c = 0; c < columns; ++c) values.push_back(value(1, i + r, j + c));
          file.write_tile("c", "wasserstein", 1, i, j, rows, columns, values);
        }
    }
    world.root_only([&] { finish_similarity(path, {{"c/wasserstein", 28}, {"/dataset/mnist/cka", 1}}); });
  }

  parallel::Communicator world = parallel::Communicator::world();
  Scratch scratch{world};
};

TEST_F(Similarity, HoldsTilesOfEveryRankAndNaNElsewhere) {
  const auto path = scratch.file("similarity.h5");
  write(path, 7, 3, true);
  const auto values = read(path, "/cohorts/c/wasserstein", 98);
  for (std::size_t i = 0; i < 49; ++i) {
    EXPECT_TRUE(std::isnan(values[i]));
    EXPECT_EQ(values[49 + i], value(1, static_cast<std::int64_t>(i / 7), static_cast<std::int64_t>(i % 7)));
  }
  EXPECT_TRUE(std::isnan(read(path, "/dataset/mnist/cka", 1)[0]));
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_F(Similarity, IsTheSameFileFromAnyNumberOfRanksAndAnyTile) {
  write(scratch.file("dealt.h5"), 7, 3, true);
  write(scratch.file("alone.h5"), 7, 7, false);
  EXPECT_EQ(file_hash(scratch.file("dealt.h5")), file_hash(scratch.file("alone.h5")));
}

TEST_F(Similarity, IsUnderItsOwnNameOnlyWhenFinished) {
  const auto path = scratch.file("similarity.h5");
  world.root_only([&] { create_similarity(path, sample(2)); });
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_TRUE(std::filesystem::exists(path + ".new"));
}

TEST_F(Similarity, RefusesTilesOutsideTheMatrix) {
  const auto path = scratch.file("similarity.h5");
  world.root_only([&] { create_similarity(path, sample(4)); });
  SimilarityFile file(path, world);
  const std::vector<float> four(4);
  EXPECT_THROW(file.write_tile("c", "wasserstein", 2, 0, 0, 2, 2, four), std::out_of_range);
  EXPECT_THROW(file.write_tile("c", "wasserstein", 0, 3, 0, 2, 2, four), std::out_of_range);
  EXPECT_THROW(file.write_tile("c", "wasserstein", 0, 0, -1, 2, 2, four), std::out_of_range);
  EXPECT_THROW(file.write_tile("c", "agreement", 1, 0, 0, 2, 2, four), std::out_of_range);
  EXPECT_THROW(file.write_tile("c", "agreement", 0, 0, 0, 2, 3, four), std::out_of_range);
  EXPECT_THROW(file.write_tile("c", "procrustes", 0, 0, 0, 2, 2, four), Error);
}

TEST_F(Similarity, RefusesTwoMeaningsOfOneSliceDimension) {
  auto layout = sample(2);
  layout.cohorts[0].matrices[2].slices = {"other"};
  const auto path = scratch.file("similarity" + std::to_string(world.rank()) + ".h5");
  EXPECT_THROW(create_similarity(path, layout), std::logic_error);
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST_F(Similarity, RefusesADiskThatIsTooSmall) {
  SimilarityLayout layout = sample(2);
  layout.cohorts[0].runs.resize(30'000'000);
  EXPECT_THAT([&] { create_similarity(scratch.file("large.h5"), layout); },
              ::testing::ThrowsMessage<Error>(::testing::HasSubstr("the disk has")));
}

}  // namespace
}  // namespace kindred::store
