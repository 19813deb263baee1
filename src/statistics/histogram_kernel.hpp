#pragma once

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "statistics/blocks_kernel.hpp"
#include "statistics/moments_kernel.hpp"

namespace kindred::statistics {

/// Finds the bin of a value: 0 below the range, 1..bins inside, bins + 1 at or above the upper end, and
/// bins + 2 for NaN and infinities, which no histogram shows.
struct Binning {
  const double* edges;  ///< bins + 1, in the memory of the kernel
  int bins;
  double low, high, scale;
  float scale32, offset32;
  float tolerance;  ///< farther than this from an edge, in bins, the single-precision bin is the right one

  KOKKOS_INLINE_FUNCTION int exact(double v) const {
    if (!is_finite(v)) return bins + 2;
    if (v < low) return 0;
    if (v >= high) return bins + 1;
    int k = static_cast<int>((v - low) * scale);
    k = k < bins ? k : bins - 1;
    while (v < edges[k]) --k;
    while (v >= edges[k + 1]) ++k;
    return k + 1;
  }

  /// The bin in single precision, or -1 when the value is too near to an edge, or NaN, infinite, or huge.
  KOKKOS_INLINE_FUNCTION int approximate(float value) const {
    float t = value * scale32 + offset32;
    const bool certain = ::fabsf(t - ::rintf(t)) >= tolerance;
    t = t > -1.0f ? t : -1.0f;
    t = t < static_cast<float>(bins) ? t : static_cast<float>(bins);
    return certain ? static_cast<int>(t + 1.0f) : -1;
  }
};

/// `edges`: bins + 1 in host memory; `device_edges`: the same where the kernel runs.
inline Binning make_binning(std::span<const double> edges, const double* device_edges) {
  const int bins = static_cast<int>(edges.size()) - 1;
  const double low = edges.front(), high = edges.back(), scale = bins / (high - low);
  // In bins, for the position t of a value inside the range: scale32 and the product are off by at most
  // A ε/2 each, with A = scale · max(|low|, |high|) and ε/2 = 2^-24, offset32 by A ε/2, the sum by
  // bins ε/2, and t + 1 by (bins + 1) ε/2: (3A + 2 bins + 1) ε/2 in all. Beyond the range the error grows
  // more slowly than the distance to it. Where single precision does not do (a narrow range far from zero,
  // very many bins), the tolerance exceeds 1/2, or t is not finite, and every value counts as uncertain.
  const double reach = scale * std::max(std::abs(low), std::abs(high));
  const double tolerance = 0x1p-23 * (2 * reach + 2 * bins + 2);
  return {device_edges,
          bins,
          low,
          high,
          scale,
          static_cast<float>(scale),
          static_cast<float>(-low * scale),
          static_cast<float>(tolerance)};
}

/// A worker's several private histograms, counted in turn, so that equal neighbours do not wait for each
/// other.
template <int tallies>
struct PrivateTallies {
  std::uint32_t* counts;  ///< [length, tallies]
  int length;

  KOKKOS_INLINE_FUNCTION void add(const int* bin, int count) const {
    int i = 0;
    // Unsigned, so that no bin's sign is extended.
    for (; i + tallies <= count; i += tallies)
      for (int t = 0; t < tallies; ++t) ++(counts + t)[static_cast<std::uint32_t>(bin[i + t]) * tallies];
    for (; i < count; ++i) ++counts[bin[i] * tallies];
  }

  /// Adds the tallies to a row of the histogram and clears them.
  KOKKOS_INLINE_FUNCTION void flush(std::uint32_t* row, int columns) const {
    for (int k = 0; k < length; ++k) {
      std::uint32_t sum = 0;
      for (int t = 0; t < tallies; ++t) {
        sum += counts[k * tallies + t];
        counts[k * tallies + t] = 0;
      }
      if (k < columns && sum > 0) Kokkos::atomic_add(row + k, sum);
    }
  }
};

/// A processor tells a load from the stores before it by the lowest 12 bits of the addresses alone, and the
/// load waits when they agree. So a tile's bins lie half a page away from the counters of most weights, which
/// are the middle ones.
inline std::int64_t bins_position(std::int64_t length, int tallies, int tile) {
  constexpr int page = 4096 / sizeof(std::uint32_t);
  std::int64_t position = length / 2 * tallies + page / 2 - tile / 2;
  while (position < length * tallies) position += page;
  return position;
}

/// Worker i / parts bins its share of the blocks; part i % parts takes every parts-th tile of a block.
template <class Space, class T>
struct BlockHistogram {
  using execution_space = Space;
  using Tune = Tuning<Space>;
  Kokkos::View<Block<T>*, Space> blocks;
  Kokkos::View<std::uint32_t*, Space> tallies;  ///< [workers, bins_at + Tune::tile]; none where these are 0
  Kokkos::View<std::uint32_t*, Space> counts;   ///< [rows, bins + 2]
  Binning binning;
  std::int64_t block_count, workers, bins_at;

  KOKKOS_INLINE_FUNCTION void bin_tile(const T* values, int count, int* bin) const {
    const Binning local = binning;  // in registers, whatever is stored to `bin`
    prefetch_next_page(values, count);
    if constexpr (std::is_same_v<T, float>) {
      int signs = 0;
#pragma omp simd reduction(| : signs)
      for (int i = 0; i < count; ++i) {
        bin[i] = local.approximate(values[i]);
        signs |= bin[i];
      }
      if (signs < 0)
        for (int i = 0; i < count; ++i)
          if (bin[i] < 0) bin[i] = local.exact(values[i]);
    } else {
      for (int i = 0; i < count; ++i) bin[i] = local.exact(values[i]);
    }
  }

  /// Calls before(b) before block b is binned: for what else wants its values while they are near.
  template <class Before>
  KOKKOS_INLINE_FUNCTION void work(std::int64_t i, const Before& before) const {
    const std::int64_t worker = i / Tune::parts;
    const int part = static_cast<int>(i % Tune::parts);
    const int columns = binning.bins + 2, length = columns + 1;
    const PrivateTallies<Tune::tallies> own{tallies.data() + worker * (bins_at + Tune::tile), length};
    int single[1];
    int* const bin = Tune::tallies > 0 ? reinterpret_cast<int*>(own.counts + bins_at) : single;
    const std::int64_t end = block_count * (worker + 1) / workers;
    for (std::int64_t b = block_count * worker / workers; b < end; ++b) {
      before(b);
      const Block<T> block = blocks(b);
      std::uint32_t* row = counts.data() + std::int64_t{block.row} * columns;
      for (int first = part * Tune::tile; first < block.size; first += Tune::parts * Tune::tile) {
        const int left = block.size - first, count = left < Tune::tile ? left : Tune::tile;
        bin_tile(block.data + first, count, bin);
        if constexpr (Tune::tallies > 0) {
          own.add(bin, count);
        } else {
          for (int k = 0; k < count; ++k)
            if (bin[k] < columns) Kokkos::atomic_add(row + bin[k], 1u);
        }
      }
      if constexpr (Tune::tallies > 0)
        if (b + 1 == end || blocks(b + 1).row != block.row) own.flush(row, columns);
    }
  }

  KOKKOS_INLINE_FUNCTION void operator()(std::int64_t i) const {
    work(i, [](std::int64_t) {});
  }
};

/// Histograms of all rows. Holds the kernel's memory.
template <class Space, class T>
class RowHistograms {
 public:
  /// `edges`: bins + 1, increasing.
  explicit RowHistograms(std::span<const double> edges)
      : edges_("kindred::statistics::histogram_edges", edges.size()) {
    copy_in(edges_, edges);
    binning_ = make_binning(edges, edges_.data());
  }

  /// The kernel for the first `block_count` blocks of `rows` segments, over workers * Tuning<Space>::parts.
  BlockHistogram<Space, T> kernel(const Kokkos::View<Block<T>*, Space>& blocks, std::size_t block_count,
                                  std::size_t rows) {
    using Tune = Tuning<Space>;
    const auto n = static_cast<std::int64_t>(block_count);
    const std::int64_t workers = Tune::tallies > 0 ? std::min<std::int64_t>(n, Space().concurrency()) : n;
    const std::int64_t bins_at =
        Tune::tallies > 0 ? bins_position(binning_.bins + 3, Tune::tallies, Tune::tile) : 0;
    const auto tallies = static_cast<std::size_t>(Tune::tallies > 0 ? workers * (bins_at + Tune::tile) : 0);
    if (tallies_.extent(0) < tallies)  // zero, as flush leaves it
      tallies_ = decltype(tallies_)("kindred::statistics::histogram_tallies", tallies);
    reserve(counts_, "kindred::statistics::histogram_counts", rows * (binning_.bins + 2));
    Kokkos::deep_copy(counts_, 0u);
    return {blocks, tallies_, counts_, binning_, n, workers, bins_at};
  }

  /// After the kernel. counts: [rows, bins + 2], overwritten.
  void collect(std::span<std::uint32_t> counts) { copy_out(counts_, counts); }

 private:
  Kokkos::View<double*, Space> edges_;
  Kokkos::View<std::uint32_t*, Space> tallies_, counts_;
  Binning binning_;
};

}  // namespace kindred::statistics
