#pragma once

#include <cstdint>

namespace kindred::train {

/// Most bytes of memory that this process has held at a time, program and shared memory that it has touched
/// included; 0 where the system does not tell.
std::int64_t peak_memory();
/// From now on peak_memory() tells of the time after this call, where the system lets it.
void reset_peak_memory();

}  // namespace kindred::train
