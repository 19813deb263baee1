#pragma once

#include "core/hash.hpp"
#include "store/population_file.hpp"

namespace kindred::store {

/// Adds the results that a run's checksum covers, as little-endian f64 in the contract's order.
void update_with_results(Xxh64& hash, const RunResult& result);

}  // namespace kindred::store
