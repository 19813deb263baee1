#pragma once

#include <set>
#include <string>
#include <vector>

#include "compare/cohort.hpp"
#include "compare/compare.hpp"
#include "compare/feature.hpp"
#include "compare/images.hpp"
#include "compare/metric.hpp"
#include "compare/tile.hpp"
#include "store/population_file.hpp"
#include "store/similarity_file.hpp"

namespace kindred::compare {

/// One matrix's slice of a cohort: what a rank computes tile by tile.
struct Slice {
  std::size_t cohort = 0;
  Metric metric;
  std::int64_t source = 0;    ///< index of the cohort's parameter or the network's representation
  std::int64_t position = 0;  ///< index in the similarity file's dimension
  std::string name;
};

/// Everything that a comparison does, decided before it starts; the same on every rank.
struct Job {
  std::vector<Cohort> cohorts;
  std::vector<std::vector<bool>> valid;        ///< per cohort and row: the run is done
  std::vector<std::int64_t> weights_snapshot;  ///< per cohort: index of the asked snapshot
  std::vector<std::int64_t> probes;            ///< per cohort
  std::vector<Slice> slices;
  std::vector<std::string> left_out;  ///< a line for each cohort that cannot have every metric
  store::SimilarityLayout layout;

  /// Names of the datasets whose images the slices need.
  std::set<std::string> datasets() const;
  FeatureContext context(std::size_t cohort, const store::PopulationFile& file, const Images& images) const;
};

/// Reads the population file's cohorts and states and resolves the options against them. Independent.
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
