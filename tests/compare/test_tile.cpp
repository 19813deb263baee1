#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "compare/families.hpp"
#include "compare/inner_products.hpp"
#include "compare/tile.hpp"
#include "core/random.hpp"
#include "cpu_accelerator.hpp"

namespace kindred::compare {
namespace {

enum class Kind { distance, similarity, similarity_on_device };

/// Row r is random, but row 5 has no feature. Distances are mean absolute differences, similarities products.
class RandomComparison : public Comparison {
 public:
  explicit RandomComparison(Kind kind)
      : products_(make_inner_products(kind == Kind::similarity_on_device ? accelerator_.get() : nullptr)),
        kind_(kind) {}
  std::int64_t length() const override { return 300; }
  std::int64_t most_right_blocks() const override { return products_->most_right_blocks(); }
  bool load(Side, std::int64_t row, float* out) override {
    RandomStream stream(static_cast<std::uint64_t>(row), Stream::sampling);
    for (std::int64_t k = 0; k < length(); ++k) out[k] = static_cast<float>(stream.normal());
    return row != 5;
  }
  void compare(std::span<const BlockPair> pairs, std::span<PairSums> values, const Interrupt&) override {
    if (kind_ != Kind::distance) return products_->compute(pairs, 0, pairs.front().stride, values);
    for (std::size_t k = 0; k < pairs.size(); ++k)
      absolute_differences(pairs[k], length(), nullptr, values[k]);
  }

 private:
  std::shared_ptr<train::Accelerator> accelerator_ = train::cpu_accelerator();
  std::unique_ptr<InnerProducts> products_;
  Kind kind_;
};

class Tiles : public testing::TestWithParam<Kind> {
 protected:
  /// The whole matrix, by tiles of the given size.
  std::vector<float> matrix(std::int64_t runs, std::int64_t blocks, const std::vector<bool>& valid) const {
    RandomComparison comparison(GetParam());
    const Metric metric{"test",
                        GetParam() == Kind::distance ? "distance" : "similarity",
                        "",
                        -1e9,
                        1e9,
                        Subject::weights,
                        Reach::cohort,
                        Family::weights,
                        true};
    std::vector<float> all(static_cast<std::size_t>(runs * runs), -99.0f);
    for (const auto& tile : make_tiles(runs, runs, true, blocks)) {
      const Features left(comparison, Side::left, tile.first_row, tile.rows, valid);
      std::unique_ptr<Features> right;
      if (tile.first_row != tile.first_column)
        right = std::make_unique<Features>(comparison, Side::right, tile.first_column, tile.columns, valid);
      const auto values = compute_tile(comparison, std::span(&metric, 1), left, right.get()).front();
      for (std::int64_t i = 0; i < tile.rows; ++i)
        for (std::int64_t j = 0; j < tile.columns; ++j) {
          const auto value = values[static_cast<std::size_t>(i * tile.columns + j)];
          all[static_cast<std::size_t>((tile.first_row + i) * runs + tile.first_column + j)] = value;
          all[static_cast<std::size_t>((tile.first_column + j) * runs + tile.first_row + i)] = value;
        }
    }
    return all;
  }
};

TEST_P(Tiles, TheSizeOfTilesChangesNoBit) {
  const std::int64_t runs = 200;
  const std::vector<bool> valid(runs, true);
  const auto one = matrix(runs, 100, valid);
  for (const std::int64_t blocks : {1, 2, 3}) {
    const auto other = matrix(runs, blocks, valid);
    EXPECT_EQ(std::memcmp(one.data(), other.data(), one.size() * sizeof(float)), 0)
        << blocks << " blocks a side";
  }
}

/// More right blocks than go together, to a device 64.
TEST(TilesOfManyBlocks, TheSizeOfTilesChangesNoBit) {
  constexpr std::int64_t runs = 65 * block_runs + 3;
  RandomComparison comparison(Kind::similarity_on_device);
  const auto metric = choose_metrics("cosine");
  const std::vector<bool> valid(static_cast<std::size_t>(runs), true);
  const Features few(comparison, Side::left, 64, 1, valid), all(comparison, Side::right, 0, runs, valid),
      last(comparison, Side::right, 65 * block_runs, 3, valid);
  const auto whole = compute_tile(comparison, metric, few, &all).front(),
             part = compute_tile(comparison, metric, few, &last).front();
  ASSERT_EQ(whole.size(), static_cast<std::size_t>(runs));
  EXPECT_TRUE(std::equal(part.begin(), part.end(), whole.end() - 3));
  EXPECT_EQ(std::count(whole.begin(), whole.end(), 0.0f), 0);
}

TEST_P(Tiles, AreSymmetricWithTheRightDiagonal) {
  const std::int64_t runs = 70;
  const auto all = matrix(runs, 1, std::vector<bool>(runs, true));
  for (std::int64_t i = 0; i < runs; ++i) {
    const float diagonal = all[static_cast<std::size_t>(i * runs + i)];
    if (i == 5)
      EXPECT_TRUE(std::isnan(diagonal)) << "a run without a feature has no value";
    else
      EXPECT_EQ(diagonal, GetParam() == Kind::distance ? 0.0f : 1.0f);
    for (std::int64_t j = 0; j < i; ++j) {
      const float upper = all[static_cast<std::size_t>(j * runs + i)];
      const float lower = all[static_cast<std::size_t>(i * runs + j)];
      EXPECT_EQ(std::memcmp(&upper, &lower, sizeof(float)), 0);
    }
  }
}

TEST_P(Tiles, ARunThatIsNotDoneHasARowOfNaN) {
  std::vector<bool> valid(66, true);
  valid[3] = valid[65] = false;
  const auto all = matrix(66, 1, valid);
  for (std::int64_t i = 0; i < 66; ++i)
    for (std::int64_t j = 0; j < 66; ++j) {
      const auto missing = [](std::int64_t k) { return k == 3 || k == 65 || k == 5; };
      EXPECT_EQ(std::isnan(all[static_cast<std::size_t>(i * 66 + j)]), missing(i) || missing(j))
          << i << " " << j;
    }
}

TEST_P(Tiles, OneRunIsFine) { EXPECT_EQ(matrix(1, 1, {true}).size(), 1u); }

INSTANTIATE_TEST_SUITE_P(DistancesAndSimilarities, Tiles,
                         testing::Values(Kind::distance, Kind::similarity, Kind::similarity_on_device));

void expect_covered_once(std::int64_t left, std::int64_t right, bool triangle) {
  std::vector<int> covered(static_cast<std::size_t>(left * right));
  for (const auto& tile : make_tiles(left, right, triangle, 2))
    for (std::int64_t i = tile.first_row; i < tile.first_row + tile.rows; ++i)
      for (std::int64_t j = tile.first_column; j < tile.first_column + tile.columns; ++j)
        ++covered[static_cast<std::size_t>(i * right + j)];
  for (std::int64_t i = 0; i < left; ++i)
    for (std::int64_t j = triangle ? i : 0; j < right; ++j)
      ASSERT_EQ(covered[static_cast<std::size_t>(i * right + j)], 1);
}

TEST(MakeTiles, CoverEveryPairOnce) {
  for (const std::int64_t runs : {1, 64, 65, 300}) {
    expect_covered_once(runs, runs, true);
    expect_covered_once(runs, 70, false);
  }
}

/// What stops a tile is asked for each run, and for each group of right blocks.
TEST(Interrupted, WhileRunsAreLoadedAndWhileTheyAreCompared) {
  RandomComparison comparison(Kind::distance);
  const std::vector<bool> valid(130, true);
  int left = 3;
  const Interrupt stop = [&] { return --left < 0; };
  EXPECT_THROW(Features(comparison, Side::left, 0, 130, valid, stop), Interrupted);
  const Features features(comparison, Side::left, 0, 130, valid);
  const auto metric = choose_metrics("wasserstein");
  left = 1;
  EXPECT_NO_THROW(compute_tile(comparison, metric, features, nullptr, stop));
  left = 0;
  EXPECT_THROW(compute_tile(comparison, metric, features, nullptr, stop), Interrupted);
}

}  // namespace
}  // namespace kindred::compare
