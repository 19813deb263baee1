#pragma once

#include <cstdint>
#include <vector>

#include "parallel/communicator.hpp"
#include "store/population_file.hpp"

namespace kindred::population {

/// Computes /population of every cohort from the stored rows and writes it. The same bits for any number of
/// ranks: leaves of 64 consecutive rows, dealt over the ranks, merge in the order of the rows. Weights go
/// through it by parts, so that no rank holds more than a part of them. Collective.
void reduce_population(store::PopulationFile& file, const std::vector<store::CohortLayout>& cohorts,
                       double optimal_fraction, const parallel::Communicator& world);

/// About the bytes of memory that one of `ranks` needs for a cohort's part of it.
std::int64_t reduction_bytes(const store::CohortLayout& cohort, std::int64_t ranks);

}  // namespace kindred::population
