#pragma once

#include "compare/job.hpp"

namespace kindred::compare {

/// Fills the scales of the family moments from the population file. Independent.
void fill_moment_scales(Job& job, const store::PopulationFile& file);
/// The same, but rank 0 reads and tells the others. Collective.
void fill_moment_scales(Job& job, const store::PopulationFile& file, const parallel::Communicator& world);

}  // namespace kindred::compare
