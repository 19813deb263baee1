#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "compare/tile.hpp"
#include "core/random.hpp"

namespace kindred::compare {
namespace {

/// Row r is random, but row 5 is all zeros.
class RandomFeature : public Feature {
 public:
  explicit RandomFeature(std::int64_t length) : length_(length) {}
  std::int64_t length() const override { return length_; }
  void load(std::int64_t row, float* out) override {
    RandomStream stream(static_cast<std::uint64_t>(row), Stream::sampling);
    for (std::int64_t k = 0; k < length_; ++k) out[k] = row == 5 ? 0.0f : static_cast<float>(stream.normal());
  }

 private:
  std::int64_t length_;
};

/// The whole matrix, by tiles of the given size.
std::vector<float> matrix(Pairing pairing, std::int64_t runs, std::int64_t blocks,
                          const std::vector<bool>& valid) {
  RandomFeature feature(300);
  std::vector<float> all(static_cast<std::size_t>(runs * runs), -99.0f);
  for (const auto& tile : make_tiles(runs, blocks)) {
    const auto values = compute_tile(feature, pairing, tile, valid);
    for (std::int64_t i = 0; i < tile.rows; ++i)
      for (std::int64_t j = 0; j < tile.columns; ++j) {
        const auto value = values[static_cast<std::size_t>(i * tile.columns + j)];
        all[static_cast<std::size_t>((tile.first_row + i) * runs + tile.first_column + j)] = value;
        all[static_cast<std::size_t>((tile.first_column + j) * runs + tile.first_row + i)] = value;
      }
  }
  return all;
}

class Tiles : public testing::TestWithParam<Pairing> {};

TEST_P(Tiles, TheSizeOfTilesChangesNoBit) {
  const std::int64_t runs = 200;
  const std::vector<bool> valid(runs, true);
  const auto one = matrix(GetParam(), runs, 100, valid);
  for (const std::int64_t blocks : {1, 2, 3}) {
    const auto other = matrix(GetParam(), runs, blocks, valid);
    EXPECT_EQ(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)), 0)
        << blocks << " blocks a side";
  }
}

TEST_P(Tiles, AreSymmetricWithTheRightDiagonal) {
  const std::int64_t runs = 70;
  const auto all = matrix(GetParam(), runs, 1, std::vector<bool>(runs, true));
  for (std::int64_t i = 0; i < runs; ++i) {
    const float diagonal = all[static_cast<std::size_t>(i * runs + i)];
    if (GetParam() == Pairing::mean_absolute_difference) {
      EXPECT_EQ(diagonal, 0.0f);
    } else if (i == 5) {
      EXPECT_TRUE(std::isnan(diagonal)) << "a norm of zero has no angle";
    } else {
      EXPECT_EQ(diagonal, 1.0f);
    }
  }
}

TEST_P(Tiles, ARunThatIsNotDoneHasARowOfNaN) {
  std::vector<bool> valid(66, true);
  valid[3] = valid[65] = false;
  const auto all = matrix(GetParam(), 66, 1, valid);
  for (std::int64_t i = 0; i < 66; ++i)
    for (std::int64_t j = 0; j < 66; ++j) {
      const bool missing = !valid[static_cast<std::size_t>(i)] || !valid[static_cast<std::size_t>(j)];
      const bool zero = GetParam() == Pairing::normalised_product && (i == 5 || j == 5);
      EXPECT_EQ(std::isnan(all[static_cast<std::size_t>(i * 66 + j)]), missing || zero) << i << " " << j;
    }
}

TEST_P(Tiles, OneRunIsFine) { EXPECT_EQ(matrix(GetParam(), 1, 1, {true}).size(), 1u); }

INSTANTIATE_TEST_SUITE_P(Pairings, Tiles,
                         testing::Values(Pairing::mean_absolute_difference, Pairing::normalised_product));

TEST(MakeTiles, CoverTheUpperTriangleOnce) {
  for (const std::int64_t runs : {1, 64, 65, 300}) {
    std::vector<int> covered(static_cast<std::size_t>(runs * runs));
    for (const auto& tile : make_tiles(runs, 2))
      for (std::int64_t i = tile.first_row; i < tile.first_row + tile.rows; ++i)
        for (std::int64_t j = tile.first_column; j < tile.first_column + tile.columns; ++j)
          ++covered[static_cast<std::size_t>(i * runs + j)];
    for (std::int64_t i = 0; i < runs; ++i)
      for (std::int64_t j = i; j < runs; ++j) ASSERT_EQ(covered[static_cast<std::size_t>(i * runs + j)], 1);
  }
}

TEST(BlocksThatFit, AtLeastOneAndWithinTheMemory) {
  EXPECT_EQ(blocks_that_fit(1000000, 1), 1);
  EXPECT_EQ(blocks_that_fit(16, 2 * 10 * 64 * 64), 10);
}

}  // namespace
}  // namespace kindred::compare
