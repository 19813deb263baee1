#pragma once

#include <vector>

#include "compare/job.hpp"
#include "compare/tile.hpp"

namespace kindred::compare {

/// A tile of a unit: what one rank computes at a time.
struct Task {
  std::size_t unit = 0;
  Tile tile;
  double cost = 0;  ///< multiply-adds, roughly
};

/// The tiles of every unit, costliest first and those of a unit one after another: enough for the ranks to
/// share, and such that each one's features fit into `memory` bytes.
std::vector<Task> make_tasks(const Job& job, std::size_t memory, int ranks);

}  // namespace kindred::compare
