#pragma once

#include <experimental/simd>

#include "statistics/double_buffer.hpp"

namespace kindred::statistics {

/// Doubles that the compiler maps on whatever vectors the machine has.
using DoubleLanes = std::experimental::fixed_size_simd<double, double_lanes>;

inline DoubleLanes load(const double* from) { return {from, std::experimental::element_aligned}; }
inline void store(const DoubleLanes& values, double* to) {
  values.copy_to(to, std::experimental::element_aligned);
}

}  // namespace kindred::statistics
