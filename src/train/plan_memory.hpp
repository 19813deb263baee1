#pragma once

#include "train/pack.hpp"

namespace kindred::train {

/// Bytes of memory that one of `ranks` holds at most while they train, its node's datasets included.
/// `timed`: the most that a process held which started the packs' trainers and took a few steps of each.
std::int64_t plan_memory(std::int64_t timed, const std::vector<Cohort>& cohorts,
                         const store::PopulationLayout& layout, const std::vector<Pack>& packs,
                         std::int64_t ranks);

}  // namespace kindred::train
