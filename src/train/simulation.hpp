#pragma once

#include <cstdint>
#include <span>

#include "train/schedule.hpp"

namespace kindred::train {

/// The machine of a simulated training.
struct SimulatedMachine {
  std::int64_t ranks = 1;
  double latency = 0;  ///< seconds of one message
  double service = 0;  ///< seconds of rank 0's helper thread for one request
  double polling = 0;  ///< seconds between its looks while no request waits
};

struct SimulatedTraining {
  double seconds = 0;       ///< until the last rank is ready
  double busy = 0;          ///< sum over ranks of the time in which packs train
  double utilisation = 0;   ///< busy / (ranks × seconds); 1 when there is nothing to do
  double lower_bound = 0;   ///< no schedule is shorter: the mean over ranks, or the longest pack
  double longest_wait = 0;  ///< of a rank for an answer
};

/// Plays through a training in which the pack of ticket t takes seconds[t], event by event: requests queue up
/// at rank 0 and are answered by the schedule, which learns from what they report. Deterministic.
SimulatedTraining simulate(Schedule schedule, std::span<const double> seconds,
                           const SimulatedMachine& machine);

}  // namespace kindred::train
