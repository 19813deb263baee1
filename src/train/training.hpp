#pragma once

#include <vector>

#include "train/checkpoint.hpp"
#include "train/node_data.hpp"
#include "train/stop.hpp"
#include "train/work_list.hpp"

namespace kindred::train {

/// The pending runs of a population and all that their training needs.
struct Training {
  const sweep::Sweep& sweep;
  const std::vector<Cohort>& cohorts;
  const store::PopulationLayout& layout;
  const NodeData& data;
  const Engine& engine;
  StopRequest& stop;
  Checkpoints& checkpoints;
  store::PopulationFile& file;
  const std::vector<store::State>& states;  ///< before, the same on every rank

  /// Ranks pull packs of at most `pack` runs (0: what suits the engine) until none is left or a stop was
  /// requested. Tells the user about it, at the end also how busy the ranks were, which the file records.
  /// `concurrent`: MPI allows calls from several threads. Collective.
  void run(std::int64_t pack, bool concurrent, const parallel::Communicator& world) const;

 private:
  /// The packs with checkpoints, the same on every rank. Collective.
  std::vector<std::vector<std::int64_t>> resumed(const parallel::Communicator& world) const;
};

}  // namespace kindred::train
