#pragma once

#include <Kokkos_Core.hpp>
#include <cstdint>

#include "statistics/blocks_kernel.hpp"

namespace kindred::statistics {

// Element by element over runs; each works on block i of the weights, whose loop the compiler vectorises.

/// Adds one run (Welford 1962). `count` includes it.
struct AddWeights {
  const float* weights;
  double *mean, *m2;
  std::int64_t size;
  double count;

  KOKKOS_INLINE_FUNCTION void operator()(std::int64_t i) const {
    const std::int64_t first = i * block_size, end = first + block_size < size ? first + block_size : size;
    const double n = count;
#pragma omp simd
    for (std::int64_t k = first; k < end; ++k) {
      const double delta = weights[k] - mean[k];
      mean[k] += delta / n;
      m2[k] += delta * (weights[k] - mean[k]);
    }
  }
};

/// Merges two groups of runs (Chan, Golub & LeVeque 1983). own, other: their numbers of runs.
struct MergeWeights {
  double *mean, *m2;
  const double *other_mean, *other_m2;
  std::int64_t size;
  double own, other;

  KOKKOS_INLINE_FUNCTION void operator()(std::int64_t i) const {
    const std::int64_t first = i * block_size, end = first + block_size < size ? first + block_size : size;
    const double share = other / (own + other), factor = own * share;
#pragma omp simd
    for (std::int64_t k = first; k < end; ++k) {
      const double delta = other_mean[k] - mean[k];
      mean[k] += delta * share;
      m2[k] += other_m2[k] + delta * delta * factor;
    }
  }
};

/// Runs a kernel over all blocks of host memory.
template <class Kernel>
void over_weights(const char* label, const Kernel& kernel) {
  Kokkos::parallel_for(
      label, Range<Kokkos::DefaultHostExecutionSpace>(0, (kernel.size + block_size - 1) / block_size),
      kernel);
  Kokkos::fence();
}

}  // namespace kindred::statistics
