#pragma once

#include <vector>

#include "sweep/document.hpp"
#include "sweep/table.hpp"

namespace kindred::sweep {

/// Most runs that a sweep file may expand to.
inline constexpr std::int64_t most_runs = 10'000'000;

/// One [[sweep]]: every combination of its axes' values with every seed.
struct Grid {
  struct Axis {
    std::size_t key;  ///< index in keys()
    std::vector<Value> values;
  };
  std::vector<Axis> axes;  ///< in the file's order; a single value is an axis of one
  std::int64_t seed_count = 1;
  std::vector<std::int64_t> seeds;  ///< given one by one; otherwise 0..seed_count-1
  int line = 0;
};

/// Reads one [[sweep]] table. Throws a Refusal.
Grid read_grid(const Node& table);

/// The runs of the grids in order, with duplicates: the last axis varies fastest but for the seed.
/// `base` holds a value for every key. Refuses more than most_runs before anything is allocated.
std::vector<RunSettings> expand(const std::vector<Value>& base, const std::vector<Grid>& grids);

}  // namespace kindred::sweep
