#pragma once

#include <optional>
#include <vector>

#include "sweep/axis.hpp"

namespace kindred::sweep {

/// One [[sweep]]: every combination of its axes' values, or random samples of them, with every seed.
struct Part {
  std::vector<Axis> axes;  ///< in the file's order; a single value is an axis of one
  std::int64_t seed_count = 1;
  std::vector<std::int64_t> seeds;      ///< given one by one; otherwise 0..seed_count-1
  std::optional<std::int64_t> samples;  ///< how many samples; without it every combination
  std::int64_t sample_seed = 0;
  int line = 0;
};

/// Reads one [[sweep]] table. Throws a Refusal.
Part read_part(const Node& table);

}  // namespace kindred::sweep
