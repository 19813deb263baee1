#include "compare/tile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kindred::compare {
namespace {

/// Features and norms of one side of a tile. For products each row is divided by its norm first: products of
/// tiny or huge values would leave the range of fp32.
class Side {
 public:
  Side(Feature& feature, Pairing pairing, std::int64_t first, std::int64_t rows,
       const std::vector<bool>& valid)
      : blocks_((rows + block_runs - 1) / block_runs),
        rows_(blocks_ * block_runs, feature.length()),
        norms_(static_cast<std::size_t>(blocks_ * block_runs), 0.0) {
    for (std::int64_t i = 0; i < rows; ++i) {
      if (!valid[static_cast<std::size_t>(first + i)]) continue;
      float* row = rows_.row(i);
      feature.load(first + i, row);
      double squares = 0;
      for (std::int64_t k = 0; k < feature.length(); ++k) squares += static_cast<double>(row[k]) * row[k];
      const double norm = std::sqrt(squares);
      norms_[static_cast<std::size_t>(i)] = norm;
      if (pairing == Pairing::normalised_product && norm > 0)
        for (std::int64_t k = 0; k < feature.length(); ++k)
          row[k] = static_cast<float>(static_cast<double>(row[k]) / norm);
    }
  }
  std::int64_t blocks() const { return blocks_; }
  const float* block(std::int64_t index) const { return rows_.row(index * block_runs); }
  std::int64_t stride() const { return rows_.stride(); }
  double norm(std::int64_t row) const { return norms_[static_cast<std::size_t>(row)]; }

 private:
  std::int64_t blocks_;
  FeatureRows rows_;
  std::vector<double> norms_;
};

}  // namespace

std::vector<Tile> make_tiles(std::int64_t runs, std::int64_t blocks_per_side) {
  const auto side = blocks_per_side * block_runs;
  std::vector<Tile> tiles;
  for (std::int64_t row = 0; row < runs; row += side)
    for (std::int64_t column = row; column < runs; column += side)
      tiles.push_back({row, std::min(side, runs - row), column, std::min(side, runs - column)});
  return tiles;
}

std::int64_t blocks_that_fit(std::int64_t length, std::size_t memory) {
  return std::max<std::int64_t>(
      1, static_cast<std::int64_t>(memory / 2 / FeatureRows::bytes(block_runs, length)));
}

std::vector<float> compute_tile(Feature& feature, Pairing pairing, const Tile& tile,
                                const std::vector<bool>& valid) {
  const Side left(feature, pairing, tile.first_row, tile.rows, valid);
  const bool diagonal = tile.first_row == tile.first_column;
  const auto other =
      diagonal ? nullptr : std::make_unique<Side>(feature, pairing, tile.first_column, tile.columns, valid);
  const Side& right = diagonal ? left : *other;

  std::vector<float> values(static_cast<std::size_t>(tile.rows * tile.columns));
  const auto at = [&](std::int64_t i, std::int64_t j) -> float& {
    return values[static_cast<std::size_t>(i * tile.columns + j)];
  };
  const auto value = [&](std::int64_t i, std::int64_t j, double sum) {
    if (!valid[static_cast<std::size_t>(tile.first_row + i)] ||
        !valid[static_cast<std::size_t>(tile.first_column + j)])
      return std::numeric_limits<double>::quiet_NaN();
    if (pairing == Pairing::mean_absolute_difference) return sum / static_cast<double>(feature.length());
    if (left.norm(i) == 0 || right.norm(j) == 0) return std::numeric_limits<double>::quiet_NaN();
    if (diagonal && i == j) return 1.0;  // whatever the product's rounding
    return std::clamp(sum, -1.0, 1.0);   // rounding may step over by 1e-7
  };
  PairSums sums;
  for (std::int64_t p = 0; p < left.blocks(); ++p)
    for (std::int64_t q = diagonal ? p : 0; q < right.blocks(); ++q) {
      (pairing == Pairing::mean_absolute_difference ? absolute_differences : inner_products)(
          left.block(p), right.block(q), left.stride(), sums);
      for (std::int64_t i = p * block_runs; i < std::min((p + 1) * block_runs, tile.rows); ++i)
        for (std::int64_t j = q * block_runs; j < std::min((q + 1) * block_runs, tile.columns); ++j) {
          if (diagonal && i > j) continue;
          const auto sum =
              sums[static_cast<std::size_t>((i - p * block_runs) * block_runs + (j - q * block_runs))];
          at(i, j) = static_cast<float>(value(i, j, sum));
          if (diagonal) at(j, i) = at(i, j);
        }
    }
  return values;
}

}  // namespace kindred::compare
