#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "parallel/communicator.hpp"
#include "store/population_file.hpp"

namespace kindred::population {

/// Names of the groups of a population, in order.
inline constexpr const char* group_names[] = {"all", "optimal", "suboptimal"};

/// Which rows of a cohort are in each group: all done runs; the top and the bottom
/// ⌈fraction · n⌉ of the n of known test accuracy by that, ties by id, none when n < 8. Ascending rows.
std::vector<std::vector<std::int64_t>> choose_groups(std::span<const store::State> states,
                                                     std::span<const double> test_accuracy,
                                                     std::span<const std::uint64_t> ids, double fraction);

/// Computes /population of every cohort from the stored rows and writes it. The same bits for any number of
/// ranks: leaves of 64 consecutive rows, dealt over the ranks, merge in the order of the rows. Collective.
void reduce_population(store::PopulationFile& file, const std::vector<store::CohortLayout>& cohorts,
                       double optimal_fraction, const parallel::Communicator& world);

/// About the bytes of memory that one of `ranks` needs for a cohort's part of it.
std::int64_t reduction_bytes(const store::CohortLayout& cohort, std::int64_t ranks);

}  // namespace kindred::population
