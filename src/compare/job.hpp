#pragma once

#include <string>
#include <vector>

#include "compare/compare.hpp"
#include "compare/feature.hpp"
#include "compare/metric.hpp"
#include "compare/tile.hpp"
#include "store/population_file.hpp"
#include "store/similarity_file.hpp"
#include "sweep/sweep_file.hpp"
#include "train/cohort.hpp"

namespace kindred::compare {

/// One matrix's slice of a cohort: what a rank computes tile by tile.
struct Slice {
  std::size_t cohort = 0;
  Metric metric;
  std::int64_t source = 0;    ///< index of the parameter or representation in the network
  std::int64_t position = 0;  ///< index in the similarity file's dimension
  std::string name;
};

/// Everything that a comparison does, decided before it starts; the same on every rank.
struct Job {
  sweep::Sweep sweep;
  std::vector<train::Cohort> cohorts;
  std::vector<std::vector<bool>> valid;        ///< per cohort and row: the run is done
  std::vector<std::int64_t> weights_snapshot;  ///< per cohort: index of the asked snapshot
  std::vector<std::int64_t> probes;            ///< per cohort
  std::vector<Slice> slices;
  store::SimilarityLayout layout;

  FeatureContext context(std::size_t cohort, const store::PopulationFile& file,
                         const train::Samples& samples) const;
};

/// Reads the population file's sweep and states and resolves the options against them. Independent.
/// Throws a usage error where a metric, parameter or snapshot is asked for that the file does not have.
Job make_job(const CompareOptions& options, const store::PopulationFile& file);

/// A tile of a slice, a unit of work of one rank.
struct Task {
  std::size_t slice = 0;
  Tile tile;
  double cost = 0;  ///< multiply-adds, roughly
};

/// The tiles of every slice, costliest first.
std::vector<Task> make_tasks(const Job& job, std::size_t memory);

}  // namespace kindred::compare
