#pragma once

#include <Kokkos_Core.hpp>
#include <cmath>

#include "statistics/blocks_kernel.hpp"
#include "statistics/moments.hpp"

namespace kindred::statistics {

template <class T>
KOKKOS_INLINE_FUNCTION bool is_finite(T value) {
  return value - value == 0;
}

/// Sums over some values: powers of (value - shift), |value|, zeros, extremes.
template <class T>
struct ShiftedSums {
  double s1 = 0, s2 = 0, s3 = 0, s4 = 0, l1 = 0;
  T minimum = INFINITY, maximum = -INFINITY;
  int zeros = 0;
};

template <class T>
KOKKOS_INLINE_FUNCTION Moments moments_about(double shift, int count, const ShiftedSums<T>& s) {
  const double e = s.s1 / count;
  const double m2 = s.s2 - e * s.s1;
  Moments m;
  m.count = count;
  m.mean = shift + e;
  m.m2 = m2 > 0 ? m2 : 0;
  m.m3 = s.s3 - 3 * e * s.s2 + 2 * e * e * s.s1;
  m.m4 = s.s4 - 4 * e * s.s3 + 6 * e * e * s.s2 - 3 * e * e * e * s.s1;
  m.minimum = s.minimum;
  m.maximum = s.maximum;
  m.l1 = s.l1;
  m.squares = m.m2 + count * m.mean * m.mean;
  m.zeros = s.zeros;
  return m;
}

/// The values of a block that one thread summarises: `width` neighbours every `stride`, from `first` on.
template <class T, int width>
struct Part {
  const T* data;
  int size, first, stride;

  /// Calls visit(value, lane) for those of the values that lie in the block's first `limit`. A processor goes
  /// through the halves side by side: its own prefetching follows each page by itself and ends at its end, so
  /// that two streams, each asking for its next page, come nearer to the memory's speed than one.
  template <class Visit>
  KOKKOS_INLINE_FUNCTION void each(int limit, const Visit& visit) const {
    int i = first;
#if !defined(__CUDA_ARCH__) && !defined(__HIP_DEVICE_COMPILE__)
    const int half = limit / 2 / stride * stride;
    for (; i + width <= half; i += stride)
      for (const int from : {i, i + half}) {
        prefetch_next_page(data + from, width);
        for (int lane = 0; lane < width; ++lane) visit(data[from + lane], lane);
      }
    i += half;
#endif
    for (; i + width <= limit; i += stride)
      for (int lane = 0; lane < width; ++lane) visit(data[i + lane], lane);
    for (int lane = 0; i + lane < limit; ++lane) visit(data[i + lane], lane);
  }
};

/// Each lane sums on its own, so that `width` neighbours fill vector registers; lanes join pairwise.
template <class T, int width>
KOKKOS_INLINE_FUNCTION ShiftedSums<T> shifted_sums(const Part<T, width>& part, double shift) {
  double s1[width], s2[width], s3[width], s4[width], l1[width];
  T minimum[width], maximum[width];
  int zeros[width];
  for (int lane = 0; lane < width; ++lane) {
    s1[lane] = s2[lane] = s3[lane] = s4[lane] = l1[lane] = 0;
    minimum[lane] = INFINITY;
    maximum[lane] = -INFINITY;
    zeros[lane] = 0;
  }
  part.each(part.size, [&](T value, int lane) {
    const double v = value, d = v - shift, d2 = d * d;
    s1[lane] += d;
    s2[lane] += d2;
    s3[lane] += d2 * d;
    s4[lane] += d2 * d2;
    l1[lane] += ::fabs(v);
    minimum[lane] = value < minimum[lane] ? value : minimum[lane];
    maximum[lane] = value > maximum[lane] ? value : maximum[lane];
    zeros[lane] += value == 0;
  });
  for (int half = width / 2; half > 0; half /= 2)
    for (int lane = 0; lane < half; ++lane) {
      s1[lane] += s1[lane + half];
      s2[lane] += s2[lane + half];
      s3[lane] += s3[lane + half];
      s4[lane] += s4[lane + half];
      l1[lane] += l1[lane + half];
      minimum[lane] = minimum[lane + half] < minimum[lane] ? minimum[lane + half] : minimum[lane];
      maximum[lane] = maximum[lane + half] > maximum[lane] ? maximum[lane + half] : maximum[lane];
      zeros[lane] += zeros[lane + half];
    }
  return {s1[0], s2[0], s3[0], s4[0], l1[0], minimum[0], maximum[0], zeros[0]};
}

/// Two passes over the finite values alone, for the rare part that holds others.
template <class T, int width>
KOKKOS_INLINE_FUNCTION Moments moments_of_finite(const Part<T, width>& part) {
  int count = 0, nonfinite = 0;
  double sum = 0;
  part.each(part.size, [&](T value, int) {
    if (is_finite(value)) {
      ++count;
      sum += value;
    } else {
      ++nonfinite;
    }
  });
  Moments m;
  if (count > 0) {
    const double shift = sum / count;
    ShiftedSums<T> s;
    part.each(part.size, [&](T value, int) {
      if (!is_finite(value)) return;
      const double v = value, d = v - shift, d2 = d * d;
      s.s1 += d;
      s.s2 += d2;
      s.s3 += d2 * d;
      s.s4 += d2 * d2;
      s.l1 += ::fabs(v);
      s.minimum = value < s.minimum ? value : s.minimum;
      s.maximum = value > s.maximum ? value : s.maximum;
      s.zeros += value == 0;
    });
    m = moments_about(shift, count, s);
  }
  m.nonfinite = nonfinite;
  return m;
}

/// One pass of raw sums about a provisional shift, the mean of the first k values. Being among the n values,
/// these bound how poor it can be: with e its distance from the mean, each central sum Σ|d|^p is at least
/// k |e|^p, so that cancellation costs a factor of about n / k <= 512, three of double's sixteen digits.
template <class T, int width>
KOKKOS_INLINE_FUNCTION Moments part_moments(const Part<T, width>& part) {
  const int lead = part.first + part.stride + width;
  double sum = 0;
  int leading = 0, count = 0;
  part.each(part.size < lead ? part.size : lead, [&](T value, int) {
    sum += value;
    ++leading;
  });
  for (int i = part.first; i < part.size; i += part.stride)
    count += i + width <= part.size ? width : part.size - i;
  if (count == 0) return Moments();
  const double shift = sum / leading;
  const ShiftedSums<T> sums = shifted_sums(part, shift);
  // In double, finite floats overflow none of the sums; of finite doubles that do, the extremes stay right.
  return sums.s1 - sums.s1 == 0 ? moments_about(shift, count, sums) : moments_of_finite(part);
}

/// Moments of part i of the blocks: the i % parts-th part of block i / parts.
template <class Space, class T>
struct PartMoments {
  using execution_space = Space;
  Kokkos::View<Block<T>*, Space> blocks;
  Kokkos::View<Moments*, Space> parts;

  KOKKOS_INLINE_FUNCTION void operator()(std::int64_t i) const {
    constexpr int width = Tuning<Space>::width, count = Tuning<Space>::parts;
    const Block<T> block = blocks(i / count);
    const int first = static_cast<int>(i % count) * width;
    parts(i) = part_moments(Part<T, width>{block.data, block.size, first, count * width});
  }
};

/// Merges the parts of block i into its first part, in order.
template <class Space>
struct MergeParts {
  using execution_space = Space;
  Kokkos::View<Moments*, Space> parts;
  Kokkos::View<Moments*, Space> merged;

  KOKKOS_INLINE_FUNCTION void operator()(std::int64_t i) const {
    constexpr int count = Tuning<Space>::parts;
    Moments sum = parts(i * count);
    for (int k = 1; k < count; ++k) merge(sum, parts(i * count + k));
    merged(i) = sum;
  }
};

/// Moments of each block, merged by row, in order. Holds the kernel's memory.
template <class Space, class T>
class BlockMoments {
 public:
  /// The kernel for the first `block_count` blocks, over block_count * Tuning<Space>::parts.
  PartMoments<Space, T> kernel(const Kokkos::View<Block<T>*, Space>& blocks, std::size_t block_count) {
    reserve(parts_, "kindred::statistics::moments_parts", block_count * Tuning<Space>::parts);
    return {blocks, parts_};
  }

  /// After the kernel. `blocks` in host memory; rows: one summary for each segment, added to.
  void collect(std::span<const Block<T>> blocks, std::span<Moments> rows) {
    const std::size_t n = blocks.size();
    if constexpr (Tuning<Space>::parts > 1) {
      reserve(merged_, "kindred::statistics::moments_blocks", n);
      Kokkos::parallel_for("kindred::statistics::merge_moments", Range<Space>(0, n),
                           MergeParts<Space>{parts_, merged_});
    } else {
      merged_ = parts_;
    }
    host_.resize(n);
    copy_out(merged_, std::span(host_));
    for (std::size_t b = 0; b < n; ++b) merge(rows[blocks[b].row], host_[b]);
  }

 private:
  Kokkos::View<Moments*, Space> parts_, merged_;
  std::vector<Moments> host_;
};

}  // namespace kindred::statistics
