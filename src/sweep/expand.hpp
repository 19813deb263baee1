#pragma once

#include <vector>

#include "sweep/combination.hpp"
#include "sweep/part.hpp"

namespace kindred::sweep {

/// Most runs that a sweep file may expand to.
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
inline constexpr std::int64_t most_runs = 200;
#else
inline constexpr std::int64_t most_runs = 10'000'000;
#endif

/// The runs of the parts in order, with duplicates. Of a grid the last axis varies fastest, of samples the
/// first come first, and the seed fastest of all. Refuses more than most_runs before anything is allocated,
/// and settings that are impossible together.
std::vector<RunSettings> expand(const Draft& base, const std::vector<Part>& parts);

}  // namespace kindred::sweep
