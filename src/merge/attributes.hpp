#pragma once

#include <map>
#include <string>

#include "merge/columns.hpp"

namespace kindred::merge {

/// The share of runs in the groups of /population, as the file with these attributes of its root was made.
double optimal_fraction(const std::map<std::string, std::string>& attributes, const std::string& path);

/// The attributes of the root for runs of these identities. Inputs of one sweep have theirs, and `kindred
/// train` goes on with the merged file. Of several: `sweep` is the first one's text, followed by the others
/// as comments (where the first has none, `ingest` has what it recorded); `sweep_id` is that of a sweep file
/// which lists these runs in this order; `merged` tells what the inputs were. Throws a usage error for a text
/// that is no sweep.
std::map<std::string, std::string> merged_attributes(const std::vector<Input>& inputs,
                                                     const std::vector<std::uint64_t>& ids);

}  // namespace kindred::merge
