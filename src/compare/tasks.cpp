#include "compare/tasks.hpp"

#include <algorithm>

#include "compare/representation_widths.hpp"

namespace kindred::compare {
namespace {

/// Sizes from which the memory and the time of a unit follow.
struct Sizes {
  std::int64_t feature = 0;  ///< floats of a run's feature, at least
  double pair = 0;           ///< multiply-adds of a pair
};

Sizes sizes_of_sorted(std::int64_t left, std::int64_t right) {
  const std::int64_t pieces = left == right ? left : left + right + std::max(left, right);
  return {pieces + 4096, static_cast<double>(std::max(left, right)) + 4096};
}

std::int64_t elements(const std::vector<Cohort::Parameter>& parts, std::int64_t slice) {
  const auto k = static_cast<std::size_t>(slice);
  return k < parts.size() ? parts[k].size : parts.back().offset + parts.back().size;
}

Sizes sizes_of(const Job& job, const Unit& unit) {
  const auto &left = job.cohorts[unit.left], &right = job.cohorts[unit.right];
  const auto n = static_cast<double>(unit.probes);
  const auto of = [&](const std::vector<Cohort::Parameter> Cohort::*parts) {
    return sizes_of_sorted(elements(left.*parts, unit.left_slice), elements(right.*parts, unit.right_slice));
  };
  const auto width = [](const Cohort& cohort, std::int64_t slice) {
    return representation_widths(cohort.network(0))[static_cast<std::size_t>(slice)];
  };
  switch (unit.metrics.front().family) {
    case Family::sorted_weights:
    case Family::standardized_weights:
      return of(&Cohort::parameters);
    case Family::spectra:
      return of(&Cohort::matrices);
    case Family::node_strengths:
      return of(&Cohort::layers);
    case Family::weights: {
      const auto size = elements(left.parameters, unit.left_slice);
      return {size, static_cast<double>(size) / 2};
    }
    case Family::histograms:
      return {1024, 4096};
    case Family::moments:
      return {16, 64};
    case Family::grams:
      return {unit.probes * (unit.probes + 1) / 2 + 64, n * n / 4};
    case Family::classes:
      return {unit.probes, n};
    case Family::probabilities:
      return {unit.probes * left.classes, 20 * n * static_cast<double>(left.classes)};
    case Family::aligned_weights:
      return {left.size(), 60 * static_cast<double>(left.size())};
    case Family::procrustes:
    case Family::svcca:
    case Family::pwcca:
      break;
  }
  const auto a = width(left, unit.left_slice), b = width(right, unit.right_slice);
  const auto product = static_cast<double>(a) * static_cast<double>(b);
  return {2 * unit.probes * std::max(a, b), product * (n + 20 * static_cast<double>(std::min(a, b)))};
}

}  // namespace

std::vector<Task> make_tasks(const Job& job, std::size_t memory, int ranks) {
  constexpr std::int64_t most = 32;  // blocks a side, so that a tile's values stay small too
  std::vector<Task> tasks;
  for (std::size_t u = 0; u < job.units.size(); ++u) {
    const auto& unit = job.units[u];
    const auto sizes = sizes_of(job, unit);
    const auto left = static_cast<std::int64_t>(job.cohorts[unit.left].runs.size());
    const auto right = static_cast<std::int64_t>(job.cohorts[unit.right].runs.size());
    // At least as many tiles a side as ranks, where there are so many blocks: twice as many tiles as ranks.
    const auto blocks = (std::max(left, right) + block_runs - 1) / block_runs;
    const auto share =
        ranks > 1 ? std::max<std::int64_t>(1, blocks / std::min<std::int64_t>(ranks + 1, 8)) : most;
    const auto side = std::min({blocks_that_fit(sizes.feature, memory), share, most});
    for (const auto& tile : make_tiles(left, right, unit.triangle(), side))
      tasks.push_back({u, tile, sizes.pair * static_cast<double>(tile.rows * tile.columns)});
  }
  std::ranges::stable_sort(tasks, std::ranges::greater(), &Task::cost);
  return tasks;
}

}  // namespace kindred::compare
