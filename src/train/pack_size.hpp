#pragma once

#include "train/pack.hpp"
#include "train/step_timer.hpp"

namespace kindred::train {

/// How many runs of each cohort train together at most, indexed as `cohorts`. Where the engine gains nothing
/// from packs: 1. Otherwise 1, 2, 4, ... as long as the timed seconds per run fall by at least a tenth and
/// the device's memory suffices, and never so many that one of `ranks` has no pack of the cohort's largest
/// compatible set. Independent.
std::vector<std::int64_t> choose_pack_sizes(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                                            const std::vector<store::State>& states, const Engine& engine,
                                            StepTimer& timer, std::int64_t ranks);

}  // namespace kindred::train
