#pragma once

#include "compare/compare.hpp"
#include "compare/tasks.hpp"

namespace kindred::compare {

/// Tells the user, before anything is written, what will be computed and what is left out, the bytes and
/// about the time. kept: tiles of an earlier start. Independent (rank 0).
void announce(const Job& job, const store::PopulationFile& population, const std::vector<Task>& tasks,
              const CompareOptions& options, int ranks, std::size_t kept);

}  // namespace kindred::compare
