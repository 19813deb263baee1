#pragma once

#include "compare/job.hpp"

namespace kindred::compare {

/// From which the memory and the time of a unit's tiles follow.
struct Sizes {
  std::int64_t feature = 0;      ///< floats of a run's feature, at most
  double run = 0, pair = 0;      ///< seconds of one core, roughly, to make a feature and to compare two
  std::size_t beside = 0;        ///< bytes that the comparison has beside features and values
  std::size_t metrics = 1;       ///< computed together
  std::size_t block_values = 0;  ///< bytes of values of a pair of blocks that is compared
  std::int64_t right_blocks = compare::right_blocks;  ///< that are compared together
};

Sizes sizes_of(const Job& job, const Unit& unit);

/// Bytes that a tile takes. columns: 0 for one on the diagonal, which has one side.
std::size_t tile_bytes(const Sizes& sizes, std::int64_t rows, std::int64_t columns);

}  // namespace kindred::compare
