#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/population.hpp"
#include "store/population_file.hpp"

namespace kindred::population {

/// Sizes of what one run of a cohort adds to a summary but for its weights.
statistics::PopulationShape statistics_shape(const store::CohortLayout& cohort);
/// Elements of one run in `weights`, 0 where they are not kept.
std::int64_t weights_length(const store::CohortLayout& cohort);

/// One cohort's rows, read from the file as they are needed.
class CohortRows {
 public:
  /// Throws an input/output error where the arrays do not fit each other, as in a damaged file.
  CohortRows(const store::PopulationFile& file, const store::CohortLayout& cohort);

  /// Adds all of a row but the weights, to a summary of statistics_shape.
  void add_statistics(std::int64_t row, statistics::PopulationSummary& summary);
  /// Adds weights first..first+count-1 of a row, to a summary of the shape {.weights = count}.
  void add_weights(std::int64_t row, std::int64_t first, std::int64_t count,
                   statistics::PopulationSummary& summary);

 private:
  std::span<const statistics::Moments> node_moments();

  const store::PopulationFile& file_;
  const store::CohortLayout& cohort_;
  std::vector<std::size_t> layers_;  ///< nodes of each
  std::vector<double> moments_;
  std::vector<std::uint32_t> histogram_;
  std::vector<float> strengths_, weights_;
  std::vector<statistics::Moments> node_moments_;
};

}  // namespace kindred::population
