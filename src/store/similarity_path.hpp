#pragma once

#include <string>

namespace kindred::store {

/// The group of a SimilarityCohort's name: below /cohorts, or the name itself where it is a full path.
std::string similarity_path(const std::string& name);

}  // namespace kindred::store
