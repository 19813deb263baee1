#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "parallel/communicator.hpp"
#include "store/population_file.hpp"

namespace kindred::population {

/// Throws a usage error where the file was merged of several sweeps': no sweep file alone says what is
/// missing.
void refuse_merged(const store::PopulationFile& file, const std::string& path);

/// The states that every rank then works from; with `retry_failed`, failed runs are pending again.
/// Collective.
std::vector<store::State> settle_states(store::PopulationFile& file, bool retry_failed,
                                        const parallel::Communicator& world);

/// Rank 0 tells the user how the population at `path` stands; `remark` comes before the counts of a settled
/// one; `stopped`: a stop was requested, so that runs may be pending. Returns what the program ends with.
/// Independent.
ExitCode conclude(const std::vector<store::State>& states, const std::string& path, std::string_view remark,
                  bool stopped, const parallel::Communicator& world);

}  // namespace kindred::population
