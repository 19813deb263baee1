#include "compare/tasks.hpp"

#include <algorithm>

#include "compare/sizes.hpp"
#include "core/error.hpp"
#include "store/disk.hpp"

namespace kindred::compare {
namespace {

/// A unit's runs on both sides, and what its tiles cost when they have `side` blocks a side.
struct Sides {
  Sides(const Job& job, const Unit& unit)
      : sizes(sizes_of(job, unit)),
        left(static_cast<std::int64_t>(job.cohorts[unit.left].runs.size())),
        right(static_cast<std::int64_t>(job.cohorts[unit.right].runs.size())),
        triangle(unit.triangle()) {}

  std::int64_t blocks() const { return blocks_of(std::max(left, right)); }
  std::size_t bytes(std::int64_t side) const {
    const auto rows = std::min(left, side * block_runs), columns = std::min(right, side * block_runs);
    return tile_bytes(sizes, rows, triangle && rows == left ? 0 : columns);
  }
  double cost(const Tile& tile) const {
    const auto rows = static_cast<double>(tile.rows), columns = static_cast<double>(tile.columns);
    if (triangle && tile.first_row == tile.first_column)
      return rows * sizes.run + rows * (rows + 1) / 2 * sizes.pair;
    return (rows + columns) * sizes.run + rows * columns * sizes.pair;
  }
  double largest(std::int64_t side) const {
    const auto rows = std::min(left, side * block_runs), columns = std::min(right, side * block_runs);
    return cost({0, rows, triangle && rows == left ? 0 : -1, columns});
  }
  /// Of all tiles: every run is loaded about as often as there are tiles beside each other.
  double total(std::int64_t side) const {
    const auto down = static_cast<double>((blocks_of(left) + side - 1) / side),
               across = static_cast<double>((blocks_of(right) + side - 1) / side);
    const auto rows = static_cast<double>(left), columns = static_cast<double>(right);
    const double loads = triangle ? rows * down : rows * across + columns * down;
    const double pairs = triangle ? rows * (rows + 1) / 2 : rows * columns;
    return loads * sizes.run + pairs * sizes.pair;
  }

  Sizes sizes;
  std::int64_t left, right;
  bool triangle;
};

/// Refuses where the smallest tiles of some unit do not fit into the memory.
void check_memory(const Job& job, const std::vector<Sides>& units, std::size_t memory) {
  const auto worst = std::ranges::max_element(units, {}, [](const Sides& sides) { return sides.bytes(1); });
  if (worst == units.end() || worst->bytes(1) <= memory) return;
  const auto& unit = job.units[static_cast<std::size_t>(worst - units.begin())];
  const auto alone = worst->triangle && worst->left <= block_runs;
  const auto runs = std::min(worst->left, block_runs) + (alone ? 0 : std::min(worst->right, block_runs));
  throw usage_error(
      "--memory: {} of cohort {} takes {} on each rank, of which it has {} ({} runs at a time of "
      "{} values each) give that much, start fewer ranks on a node, or leave the metric out",
      unit.metrics.front().name, job.cohorts[unit.left].name, store::readable_bytes(worst->bytes(1)),
      store::readable_bytes(memory), runs, worst->sizes.feature);
}

/// The most blocks a side that fit into the memory.
std::int64_t most_blocks(const Sides& sides, std::size_t memory) {
  auto side = sides.blocks();
  while (side > 1 && sides.bytes(side) > memory) --side;
  return side;
}

/// The side with which all units are done soonest: larger tiles load runs less often, smaller ones leave no
/// rank without work at the end. `others`: what the other units cost.
std::int64_t best_side(const Sides& sides, std::int64_t most, double others, int ranks) {
  // A tile that is not finished is computed again by the next start.
  constexpr double longest = 10;
  std::int64_t best = 1;
  double soonest = 0;
  for (std::int64_t side = 1; side <= most; ++side) {
    const double tile = sides.largest(side);
    if (side > 1 && tile > longest) break;
    const double share = (others + sides.total(side)) / ranks;
    const double time = ranks == 1 ? share : std::max(share, 1.5 * tile);
    if (side == 1 || time <= soonest) best = side, soonest = time;
  }
  return best;
}

}  // namespace

std::vector<Task> make_tasks(const Job& job, std::size_t memory, int ranks) {
  std::vector<Sides> units;
  for (const auto& unit : job.units) units.emplace_back(job, unit);
  check_memory(job, units, memory);
  std::vector<std::int64_t> most;
  double all = 0;
  for (const auto& sides : units) {
    most.push_back(most_blocks(sides, memory));
    all += sides.total(most.back());
  }
  std::vector<Task> tasks;
  for (std::size_t u = 0; u < units.size(); ++u) {
    const auto& sides = units[u];
    const auto side = best_side(sides, most[u], all - sides.total(most[u]), ranks);
    for (const auto& tile : make_tiles(sides.left, sides.right, sides.triangle, side))
      tasks.push_back({u, tile, sides.cost(tile), sides.bytes(side)});
  }
  // One rank goes along the rows of tiles, so that it loads their runs once.
  if (ranks > 1) std::ranges::stable_sort(tasks, std::ranges::greater(), &Task::cost);
  return tasks;
}

double cost_of(const std::vector<Task>& tasks) {
  double seconds = 0;
  for (const auto& task : tasks) seconds += task.cost;
  return seconds;
}

}  // namespace kindred::compare
