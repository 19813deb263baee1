#pragma once

#include <string>
#include <vector>

#include "compare/job.hpp"

namespace kindred::compare {

/// A line for each cohort of whose weights, in some parameter of some run, over 5 % lie outside of the
/// histogram's range, where jensen_shannon is computed: all of these count as two bins. Independent.
std::vector<std::string> histogram_range_lines(const Job& job, const store::PopulationFile& file);

}  // namespace kindred::compare
