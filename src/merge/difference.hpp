#pragma once

#include <string>

#include "store/population_file.hpp"

namespace kindred::merge {

/// Why the rows of `found` do not do for `wanted`, two cohorts of one name: the first of the wanted arrays
/// that is not there or has another type, other sizes or other coordinates, with the key of [record] that
/// this comes from. "" where they do; arrays that are not wanted do not matter.
std::string difference(const store::CohortLayout& found, const store::CohortLayout& wanted);

/// The same for attributes, constants and summaries too, and both ways round: "" for equal layouts, whatever
/// runs they are of.
std::string any_difference(const store::CohortLayout& found, const store::CohortLayout& wanted);

}  // namespace kindred::merge
