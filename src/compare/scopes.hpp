#pragma once

#include <string>
#include <utility>
#include <vector>

#include "compare/job.hpp"

namespace kindred::compare {

/// A slice of a cohort's matrices: its index in the cohort, and its name.
using Slices = std::vector<std::pair<std::int64_t, std::string>>;

/// Refuses parameters that no cohort has; a line where --parameters leaves out matrices over several cohorts.
void check_parameters(Job& job, const CompareOptions& options, const std::vector<Metric>& chosen);

/// Why a cohort cannot have a metric; "" where it can.
std::string obstacle(const Job& job, const Metric& metric, std::size_t cohort,
                     const store::PopulationFile& file);

/// The slices of a metric in a cohort's own matrices; empty where --parameters leaves none.
Slices own_slices(const CompareOptions& options, const Metric& metric, const Cohort& cohort);

/// The slices of a metric that different cohorts have in common: roles, or the penultimate representation.
/// Index -1 where a cohort lacks one.
Slices common_slices(const CompareOptions& options, const Metric& metric, const Cohort& cohort);

}  // namespace kindred::compare
