#pragma once

#include <vector>

#include "compare/job.hpp"
#include "compare/tile.hpp"

namespace kindred::compare {

/// A tile of a unit: what one rank computes at a time.
struct Task {
  std::size_t unit = 0;
  Tile tile;
  double cost = 0;        ///< seconds of one core, roughly
  std::size_t bytes = 0;  ///< that the unit's largest tile takes
};

/// The tiles of every unit, for several ranks the costliest first: enough for these to share, and such that
/// each fits into `memory` bytes. Throws a usage error where none does. The same on every rank for the same
/// arguments. Independent.
std::vector<Task> make_tasks(const Job& job, std::size_t memory, int ranks);

/// Seconds of one core, roughly.
double cost_of(const std::vector<Task>& tasks);

}  // namespace kindred::compare
