#pragma once

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "statistics/describe.hpp"

namespace kindred::statistics {

/// Consecutive values of one segment: what a kernel summarises before anything is merged.
template <class T>
struct Block {
  const T* data;
  std::int32_t size;
  std::int32_t row;  ///< the segment
};

inline constexpr std::int64_t block_size = 16384;

/// All segments' values, cut into blocks, in order.
template <class T>
std::vector<Block<T>> make_blocks(std::span<const BasicSegment<T>> segments) {
  std::vector<Block<T>> blocks;
  for (std::size_t s = 0; s < segments.size(); ++s)
    for (std::int64_t first = 0; first < segments[s].size; first += block_size)
      blocks.push_back({segments[s].data + first,
                        static_cast<std::int32_t>(std::min(block_size, segments[s].size - first)),
                        static_cast<std::int32_t>(s)});
  return blocks;
}

/// How the kernels divide a block: among `parts` threads, each of which takes `width` neighbouring values
/// at a time. A processor core works on a block alone, with vectors; a GPU's threads take one value each.
template <class Space>
struct Tuning {
  static constexpr int parts = 1;
  static constexpr int width = 16;   ///< lanes of the moment sums
  static constexpr int tile = 256;   ///< values binned before they are counted
  static constexpr int tallies = 8;  ///< private histograms, so that equal neighbours do not wait
};

#ifdef KOKKOS_ENABLE_CUDA
template <>
struct Tuning<Kokkos::Cuda> {
  static constexpr int parts = 256;
  static constexpr int width = 1;
  static constexpr int tile = 1;
  static constexpr int tallies = 0;  ///< atomic increments
};
#endif

/// Asks for the values a page behind these, on a processor: its own prefetching ends at a page's end.
template <class T>
KOKKOS_INLINE_FUNCTION void prefetch_next_page(const T* values, int count) {
#if !defined(__CUDA_ARCH__) && !defined(__HIP_DEVICE_COMPILE__)
  constexpr int line = 64 / sizeof(T), page = 4096 / sizeof(T);
  for (int i = 0; i < count; i += line) __builtin_prefetch(values + i + page);
#endif
}

template <class Space>
using Range = Kokkos::RangePolicy<Space, Kokkos::IndexType<std::int64_t>>;

/// Makes `view` hold at least `size` elements; its old content is lost when it grows.
template <class View>
void reserve(View& view, const std::string& label, std::size_t size) {
  if (view.extent(0) < size) view = View(Kokkos::view_alloc(Kokkos::WithoutInitializing, label), size);
}

/// Copies between host memory and the first elements of a one-dimensional view.
template <class T, class Space>
void copy_in(const Kokkos::View<T*, Space>& view, std::span<const T> values) {
  using Unmanaged = Kokkos::MemoryTraits<Kokkos::Unmanaged>;
  Kokkos::deep_copy(Kokkos::View<T*, Space, Unmanaged>(view.data(), values.size()),
                    Kokkos::View<const T*, Kokkos::HostSpace, Unmanaged>(values.data(), values.size()));
}

template <class T, class Space>
void copy_out(const Kokkos::View<T*, Space>& view, std::span<T> values) {
  using Unmanaged = Kokkos::MemoryTraits<Kokkos::Unmanaged>;
  Kokkos::deep_copy(Kokkos::View<T*, Kokkos::HostSpace, Unmanaged>(values.data(), values.size()),
                    Kokkos::View<const T*, Space, Unmanaged>(view.data(), values.size()));
}

}  // namespace kindred::statistics
