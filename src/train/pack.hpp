#pragma once

#include <cstdint>
#include <vector>

#include "store/population_file.hpp"
#include "train/cohort.hpp"

namespace kindred::train {

/// Runs of one cohort that train together: they share activation, batch size, optimiser and schedule.
struct Pack {
  std::size_t cohort = 0;          ///< index of its cohort
  std::vector<std::int64_t> runs;  ///< rows of /runs
  double cost = 0;                 ///< multiply-adds of its training, for ordering
};

/// The packs of the pending runs, at most `size` runs each, costliest first (ties in sweep order).
std::vector<Pack> make_packs(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                             const std::vector<store::State>& states, std::int64_t size);

}  // namespace kindred::train
