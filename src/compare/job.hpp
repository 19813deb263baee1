#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "compare/cohort.hpp"
#include "compare/compare.hpp"
#include "compare/comparison.hpp"
#include "compare/device.hpp"
#include "compare/images.hpp"
#include "compare/tile.hpp"
#include "store/population_file.hpp"
#include "store/similarity_file.hpp"

namespace kindred::compare {

/// A rectangle of a matrix in the similarity file that a unit's values of one metric go to.
struct Destination {
  std::string scope;
  std::int64_t slice = 0, first_row = 0, first_column = 0;
};

/// Every pair of runs of one cohort, or of two, compared by the metrics of one family in one slice. Where
/// scopes overlap (a cohort, its dataset, all runs), a unit is computed once and written several times.
struct Unit {
  std::vector<Metric> metrics;
  std::vector<std::vector<Destination>> destinations;  ///< of each metric
  std::size_t left = 0, right = 0;                     ///< cohorts; left <= right
  std::int64_t left_slice = 0, right_slice = 0;
  std::int64_t probes = 0;
  std::shared_ptr<const MomentScale> scale;  ///< of the family moments
  bool triangle() const { return left == right; }
};

/// Whose moments a scale is of: slices of cohorts.
struct ScaledSlices {
  std::shared_ptr<MomentScale> scale;
  std::vector<std::pair<std::size_t, std::int64_t>> slices;  ///< cohort and parameter
};

/// Everything that a comparison does, decided before it starts; the same on every rank.
struct Job {
  std::vector<Cohort> cohorts;
  std::vector<std::vector<bool>> valid;        ///< per cohort and row: the run is done
  std::vector<std::int64_t> epoch;             ///< per cohort: that is compared
  std::vector<std::int64_t> snapshot;          ///< per cohort: its index among those of the statistics
  std::vector<std::int64_t> weights_snapshot;  ///< per cohort: of the weights; -1 where they are not kept
  std::vector<Unit> units;
  std::vector<ScaledSlices> scales;   ///< filled by fill_moment_scales
  std::vector<std::string> left_out;  ///< a line for each cohort that cannot have every metric
  Device device;
  store::SimilarityLayout layout;
  std::uint64_t key = 0;  ///< of what is compared and how: a comparison of the same key may be continued

  /// Names of the datasets whose images the units need.
  std::set<std::string> datasets() const;
  Source source(std::size_t cohort, std::int64_t slice, std::int64_t probes,
                const store::PopulationFile& file, const Images* images) const;
};

/// Reads the population file's cohorts and states and resolves the options against them. Independent.
/// Throws a usage error where a metric, parameter or snapshot is asked for that the file does not have.
Job make_job(const CompareOptions& options, const store::PopulationFile& file, const Device& device = {});

}  // namespace kindred::compare
