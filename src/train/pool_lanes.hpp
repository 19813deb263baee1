#pragma once

#include <cstdint>
#include <cstring>
#include <type_traits>

namespace kindred::train {

/// Stands for the pixel of a window where relu let none through.
inline constexpr int no_pixel = 4;

/// (An attribute takes a type that depends on T only in a typedef.)
template <int Lanes, class T>
struct VectorOf {
  typedef T Values __attribute__((vector_size(Lanes * sizeof(T))));
  using Integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  typedef Integer Integers __attribute__((vector_size(Lanes * sizeof(T))));
  typedef std::uint8_t Bytes __attribute__((vector_size(Lanes)));
};

template <class Vector>
void load(Vector& values, const void* from) {
  std::memcpy(&values, from, sizeof values);
}
template <class Vector>
void store(const Vector& values, void* to) {
  std::memcpy(to, &values, sizeof values);
}

// Kernels on channels 0..Lanes-1 of the four pixels of a window, in vectors.

/// The largest pixel of each channel plus its bias; with_relu: 0 where that is negative. NaN wins; of equal
/// pixels the first.
template <int Lanes, class T>
void pool_lanes(const T* const (&pixels)[4], const T* bias, bool with_relu, T* out, std::uint8_t* chosen) {
  using Values = typename VectorOf<Lanes, T>::Values;
  using Integers = typename VectorOf<Lanes, T>::Integers;
  Values best, x, shift;
  load(best, pixels[0]);
  load(shift, bias);
  Integers index{};
  for (int k = 1; k < 4; ++k) {
    load(x, pixels[k]);
    const Integers wins = (x > best) | (x != x);
    index = wins ? Integers{} + k : index;
    best = wins ? x : best;
  }
  best += shift;
  if (with_relu) {
    const Values none{};
    index = best <= none ? Integers{} + no_pixel : index;
    best = best < none ? none : best;
  }
  store(best, out);
  store(__builtin_convertvector(index, typename VectorOf<Lanes, T>::Bytes), chosen);
}

/// The derivative by the pixels; adds that by the bias.
template <int Lanes, class T>
void unpool_lanes(const T* gradient, const std::uint8_t* chosen, T* const (&pixels)[4], T* bias) {
  using Values = typename VectorOf<Lanes, T>::Values;
  using Integers = typename VectorOf<Lanes, T>::Integers;
  Values values, sum;
  const Values none{};
  load(values, gradient);
  load(sum, bias);
  typename VectorOf<Lanes, T>::Bytes bytes;
  load(bytes, chosen);
  const auto index = __builtin_convertvector(bytes, Integers);
  for (int k = 0; k < 4; ++k) store(Values(index == k ? values : none), pixels[k]);
  sum += index == no_pixel ? none : values;
  store(sum, bias);
}

/// Calls visit(first channel, lanes as a constant) for all channels: 16 at a time, then one by one.
template <class Visit>
void each_lanes(std::int64_t channels, Visit visit) {
  std::int64_t c = 0;
  for (; c + 16 <= channels; c += 16) visit(c, std::integral_constant<int, 16>());
  for (; c < channels; ++c) visit(c, std::integral_constant<int, 1>());
}

}  // namespace kindred::train
