#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/population_file.hpp"
#include "train/cohort.hpp"
#include "train/cost_model.hpp"

namespace kindred::train {

/// Runs of one cohort that train together: they share activation, dropout, attention heads, batch size,
/// optimiser and schedule.
struct Pack {
  std::size_t cohort = 0;          ///< index of its cohort
  std::size_t kind = 0;            ///< packs of one kind cost the same
  std::vector<std::int64_t> runs;  ///< rows of /runs
  bool resumed = false;            ///< it was in training before, and goes on from its checkpoint
};

/// The settings that decide what a step of a network costs, besides its layout.
std::string cost_text(const sweep::RunSettings& settings);

/// The pending runs that may train together, in sweep order: a list for each set, cohort by cohort.
struct Compatible {
  std::size_t cohort = 0;
  std::vector<std::int64_t> runs;
};
std::vector<Compatible> compatible_runs(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                                        const std::vector<store::State>& states);

/// The packs `resumed`, then those of the other pending runs, at most sizes[cohort] runs each and of about
/// equal size, in sweep order.
std::vector<Pack> make_packs(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                             std::vector<store::State> states, std::span<const std::int64_t> sizes,
                             const std::vector<std::vector<std::int64_t>>& resumed = {});

/// The kinds of packs that are in sweep order, indexed by Pack::kind. The first estimates are the
/// multiply-adds of all epochs at 10 billion a second: a backward pass counts twice a forward one, and a
/// weight's update five, which is what its memory traffic takes.
std::vector<PackKind> kinds_of(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                               const std::vector<Pack>& packs);

/// Orders by the kinds' estimates, costliest first, ties in sweep order; resumed packs stay in front.
void sort_costliest_first(std::vector<Pack>& packs, const std::vector<PackKind>& kinds);

}  // namespace kindred::train
