#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "compare/comparison.hpp"

namespace kindred::compare {

/// A rectangle of a comparison's values: whole blocks of left rows and of right rows.
struct Tile {
  std::int64_t first_row = 0, rows = 0;        ///< rows of the left cohort
  std::int64_t first_column = 0, columns = 0;  ///< rows of the right cohort
};

/// All pairs of `left` and `right` runs as tiles, `blocks_per_side` at most a side; `triangle`: of one
/// cohort, where only the upper triangle is wanted.
std::vector<Tile> make_tiles(std::int64_t left, std::int64_t right, bool triangle,
                             std::int64_t blocks_per_side);

/// The features of consecutive rows of one side of a comparison. Independent.
class Features {
 public:
  /// `valid`: of each row of the cohort; others are not loaded. Throws Interrupted when `stop` says so.
  Features(Comparison& comparison, Side side, std::int64_t first, std::int64_t rows,
           const std::vector<bool>& valid, const Interrupt& stop = {});
  std::int64_t rows() const { return static_cast<std::int64_t>(defined_.size()); }
  std::int64_t blocks() const { return blocks_of(rows()); }
  /// Runs of a block.
  std::int64_t runs(std::int64_t block) const { return std::min(block_runs, rows() - block * block_runs); }
  const float* block(std::int64_t index) const { return values_.row(index * block_runs); }
  std::int64_t stride() const { return values_.stride(); }
  bool defined(std::int64_t row) const { return defined_[static_cast<std::size_t>(row)]; }

 private:
  std::vector<bool> defined_;
  FeatureRows values_;
};

/// The values of a tile [rows, columns] for each of the metrics, clamped to their range. `right` is null for
/// a tile on the diagonal, which is mirrored and whose diagonal is exactly 0 for distances and 1 for
/// similarities. A pair with a run whose feature is not defined is NaN. Throws Interrupted when `stop` says
/// so. Independent.
std::vector<std::vector<float>> compute_tile(Comparison& comparison, std::span<const Metric> metrics,
                                             const Features& left, const Features* right,
                                             const Interrupt& stop = {});

}  // namespace kindred::compare
