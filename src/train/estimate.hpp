#pragma once

#include <chrono>
#include <vector>

#include "train/pack.hpp"
#include "train/step_timer.hpp"

namespace kindred::train {

/// The kinds in the order in which they are worth timing: each cohort's kind with most work in all, then each
/// one's second, and so on, as relatives of a timed kind are foretold well.
std::vector<std::size_t> order_of_timing(const std::vector<PackKind>& kinds, const std::vector<Pack>& packs);

/// Which ranks time, and for how long.
struct TimingShare {
  std::int64_t rank = 0, ranks = 1;
  std::chrono::duration<double> budget{1};
};

/// Times this rank's share of the kinds, in that order, until the budget has passed. Seconds by kind; 0 where
/// nothing was timed or the device's memory did not suffice. Independent.
std::vector<double> time_kinds(const std::vector<PackKind>& kinds, const std::vector<Pack>& packs,
                               const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                               StepTimer& timer, const TimingShare& share);

/// Replaces the first estimates by what was timed; those of the other kinds are corrected by what their
/// relatives showed (CostModel).
void correct_estimates(std::vector<PackKind>& kinds, const std::vector<double>& timed);

}  // namespace kindred::train
