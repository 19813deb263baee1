#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "statistics/moments.hpp"
#include "statistics/node_strength.hpp"
#include "statistics/segment.hpp"
#include "statistics/spectrum.hpp"
#include "statistics/structure.hpp"

namespace kindred::statistics {

struct DescribeOptions {
  std::int64_t histogram_bins = 512;
  double histogram_low = -2.0, histogram_high = 2.0;
  std::int64_t quantiles = 257;  ///< at probabilities i / (quantiles - 1), i = 0..quantiles-1
};

/// Left edges of the bins, histogram_bins + 2 of them: -infinity, low + i (high - low) / n in double, high.
/// Throws a usage error for options that make no histogram.
std::vector<double> histogram_edges(const DescribeOptions& options);
/// Throws a usage error for fewer than 2 quantiles.
std::vector<double> quantile_probabilities(const DescribeOptions& options);

/// The statistics of a network: one row for each of its S segments, then one for all of them together.
struct Description {
  std::vector<double> moments;           ///< [S + 1, 12]
  std::vector<std::uint32_t> histogram;  ///< [S + 1, bins + 2]
  std::vector<float> quantiles;          ///< [S + 1, quantiles]
  NodeStrengths nodes;
  std::vector<float> singular_values;  ///< descending in each matrix, one matrix after another
  std::vector<double> spectrum;        ///< [matrices, 6], spectrum.hpp's rows

  /// How many of all weights are NaN or infinite.
  double nonfinite() const { return moments[moments.size() - moment_count + moment_column::nonfinite]; }
};

/// Whether this build's Kokkos computes where that memory is.
bool can_describe(Memory memory);

/// Computes all statistics of a network straight from its parameter buffer. Independent. Moments, histograms
/// and node strengths by Kokkos kernels where the memory is; quantiles and singular values on the host.
/// Non-finite values enter only `nonfinite`; an empty segment has zero counts and NaN quantiles.
/// Quantiles are exact order statistics with linear interpolation (numpy's default), in double, rounded to
/// float. The same bits for the same values in the same segments. Needs a KokkosScope, which must outlive it.
/// Holds scratch memory that grows to the largest network seen.
class Describer {
 public:
  explicit Describer(const DescribeOptions& options);
  ~Describer();
  Describer(Describer&&) noexcept;
  Describer& operator=(Describer&&) noexcept;
  /// `memory` says where the segments' data are; whatever writes them must have finished (a GPU stream
  /// synchronised). Throws a usage error for GPU memory when Kokkos has no CUDA backend.
  void describe(std::span<const Segment> segments, Memory memory, const Structure& structure,
                Description& out);
  /// Of doubles in host memory, from the doubles themselves: moments neither overflow nor underflow on the
  /// way, so that a figure is infinite only where it exceeds double's range, as a quantile where it exceeds
  /// float's.
  void describe(std::span<const BasicSegment<double>> segments, const Structure& structure, Description& out);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> self_;
};

/// Initialises and finalises Kokkos; once per process, in main. Looks at no command line; the environment
/// (KOKKOS_NUM_THREADS, OMP_NUM_THREADS, the local rank) may choose threads and GPU.
class KokkosScope {
 public:
  KokkosScope();
  ~KokkosScope();
  KokkosScope(const KokkosScope&) = delete;
  KokkosScope& operator=(const KokkosScope&) = delete;
};

/// The library and its backends, e.g. "Kokkos 3.4.1 (Serial)".
std::string_view kokkos_version();

}  // namespace kindred::statistics
