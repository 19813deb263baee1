#pragma once

#include <chrono>

#include "parallel/communicator.hpp"
#include "train/pack.hpp"
#include "train/schedule.hpp"
#include "train/step_timer.hpp"

namespace kindred::train {

/// What there is to train: packs, costliest first by the estimates of their kinds.
struct WorkList {
  std::vector<Pack> packs;
  std::vector<PackKind> kinds;

  Schedule schedule() const;
};

struct WorkOptions {
  std::int64_t pack = 0;                    ///< runs that train together; 0: what suits the engine
  std::int64_t ranks = 1;                   ///< that share the work
  std::chrono::duration<double> budget{1};  ///< of each rank, for timing kinds of packs
  std::vector<std::vector<std::int64_t>> resumed = {};  ///< packs that go on from checkpoints
  bool time_all = false;  ///< also where their order does not matter: one kind, one rank, a pack a rank
};

/// With `world`, rank 0 finds out how many runs train together, all ranks time kinds of packs, and all have
/// the same list: Collective. Without: Independent.
WorkList make_work_list(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                        const std::vector<store::State>& states, const Engine& engine, StepTimer& timer,
                        const WorkOptions& options, const parallel::Communicator* world);

}  // namespace kindred::train
