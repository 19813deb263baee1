#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "network/network.hpp"
#include "population/subject.hpp"
#include "store/population_file.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::train {

/// The runs of a sweep whose arrays are rectangles of one shape: same dataset and limits, architecture and
/// parameter layout, epochs and snapshots.
struct Cohort {
  std::string name;  ///< "<dataset>-<architecture>-<8 hex digits>"
  std::string key;   ///< what its runs have in common, "key=value" lines
  const data::DatasetInfo* dataset = nullptr;
  std::int64_t train_samples = 0, test_samples = 0;
  std::int64_t epochs = 0;
  std::int64_t probes = 0;
  std::vector<std::int64_t> runs;  ///< rows of /runs, ascending
  network::Network network;        ///< of its first run; the activation is each run's own
  population::Subject subject;     ///< what its statistics depend on
};

/// The cohorts of a sweep, in the order of their first runs.
std::vector<Cohort> make_cohorts(const sweep::Sweep& sweep);

/// The population file of a sweep.
store::PopulationLayout population_layout(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts);

}  // namespace kindred::train
