#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "store/population_file.hpp"

namespace kindred::population {

/// Names of the groups of a population, in order.
inline constexpr const char* group_names[] = {"all", "optimal", "suboptimal"};

/// Which rows of a cohort are in each group: all done runs; the top and the bottom
/// ⌈fraction · n⌉ of the n of known test accuracy by that, ties by id, none when n < 8. Ascending rows.
std::vector<std::vector<std::int64_t>> choose_groups(std::span<const store::State> states,
                                                     std::span<const double> test_accuracy,
                                                     std::span<const std::uint64_t> ids, double fraction);
/// The same of the cohort with these rows of /runs, whose columns the others are.
std::vector<std::vector<std::int64_t>> choose_groups(std::span<const std::int64_t> runs,
                                                     const std::vector<store::State>& states,
                                                     const std::vector<double>& test_accuracy,
                                                     const std::vector<std::uint64_t>& ids, double fraction);

}  // namespace kindred::population
