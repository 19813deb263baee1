#pragma once

#include <cstdint>
#include <limits>
#include <type_traits>

namespace kindred::train {

/// Stands for the pixel of a window where relu let none through.
inline constexpr std::uint8_t no_pixel = 4;

// Kernels on channels 0..Lanes-1 of the four pixels of a window. A constant number of lanes, no branches and
// no aliases make each a few vector instructions.

/// The largest pixel of each channel plus its bias; with_relu: 0 where that is negative. NaN wins; of equal
/// pixels the first.
template <int Lanes, class T>
void pool_lanes(const T* const (&pixels)[4], const T* __restrict bias, bool with_relu, T* __restrict out,
                std::uint8_t* __restrict chosen) {
  const T least = with_relu ? T(0) : -std::numeric_limits<T>::infinity();
#pragma omp simd
  for (int c = 0; c < Lanes; ++c) {
    T best = pixels[0][c];
    int index = 0;
    for (int k = 1; k < 4; ++k) {
      const T x = pixels[k][c];
      const bool wins = (x > best) | (x != x);
      index = wins ? k : index;
      best = wins ? x : best;
    }
    best += bias[c];
    out[c] = best < least ? least : best;
    chosen[c] = static_cast<std::uint8_t>(with_relu & (best <= T(0)) ? no_pixel : index);
  }
}

/// The derivative by the pixels; adds that by the bias.
template <int Lanes, class T>
void unpool_lanes(const T* __restrict gradient, const std::uint8_t* __restrict chosen, T* const (&pixels)[4],
                  T* __restrict bias) {
  for (int k = 0; k < 4; ++k) {
    T* __restrict out = pixels[k];
#pragma omp simd
    for (int c = 0; c < Lanes; ++c) out[c] = chosen[c] == k ? gradient[c] : T(0);
  }
#pragma omp simd
  for (int c = 0; c < Lanes; ++c) bias[c] += chosen[c] == no_pixel ? T(0) : gradient[c];
}

/// Calls visit(first channel, lanes as a constant) for all channels: 16 at a time, then one by one.
template <class Visit>
void each_lanes(std::int64_t channels, Visit visit) {
  std::int64_t c = 0;
  for (; c + 16 <= channels; c += 16) visit(c, std::integral_constant<int, 16>());
  for (; c < channels; ++c) visit(c, std::integral_constant<int, 1>());
}

}  // namespace kindred::train
