#pragma once

#include <cstdint>
#include <vector>

#include "compare/block.hpp"
#include "compare/feature.hpp"
#include "compare/metric.hpp"

namespace kindred::compare {

/// A rectangle of one matrix: blocks first_row.. × first_column.. of a cohort's rows.
struct Tile {
  std::int64_t first_row = 0, rows = 0;        ///< rows of the cohort
  std::int64_t first_column = 0, columns = 0;  ///< first_column >= first_row
};

/// The upper triangle of a matrix of `runs` rows as tiles of whole blocks, `blocks_per_side` at most a side.
std::vector<Tile> make_tiles(std::int64_t runs, std::int64_t blocks_per_side);

/// Blocks a side such that the features of both sides fit into `memory` bytes; at least one.
std::int64_t blocks_that_fit(std::int64_t length, std::size_t memory);

/// The values of a tile [rows, columns]. Pairs below the diagonal of a tile on the diagonal are mirrored; a
/// pair with a run that is not `valid`, or of norm zero, is NaN. Independent.
std::vector<float> compute_tile(Feature& feature, Pairing pairing, const Tile& tile,
                                const std::vector<bool>& valid);

}  // namespace kindred::compare
