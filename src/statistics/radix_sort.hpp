#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>

namespace kindred::statistics {

/// Floats as unsigned integers of the same order (-0 before +0), and back.
inline std::uint32_t key_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}
inline std::uint32_t key_of(std::uint32_t key) { return key; }
inline float value_of(std::uint32_t key) {
  return std::bit_cast<float>(key & 0x80000000u ? key & 0x7fffffffu : ~key);
}

/// False for the keys of NaN and infinities, which lie at both ends.
inline bool is_finite_key(std::uint32_t key) {
  constexpr std::uint32_t lowest = 0x00800000u, highest = 0xff7fffffu;
  return key - lowest <= highest - lowest;
}

/// Sorts the keys of the finite values among `values` (floats or keys) into `out`; returns their number.
/// Least significant digit first, three digits of 11 bits (Knuth, The Art of Computer Programming 3, 5.2.5).
/// out and scratch: as long as `values`, and apart from it.
template <class T>
std::size_t radix_sort(std::span<const T> values, std::uint32_t* out, std::uint32_t* scratch) {
  constexpr int bits = 11;
  constexpr std::uint32_t digits = 1u << bits, mask = digits - 1;
  if (values.size() < 256) {  // clearing the counters would take longer than this
    std::uint32_t* end = out;
    for (const T value : values)
      if (is_finite_key(key_of(value))) *end++ = key_of(value);
    std::sort(out, end);
    return static_cast<std::size_t>(end - out);
  }
  std::array<std::array<std::uint32_t, digits>, 3> position{};
  for (const T value : values) {
    const std::uint32_t key = key_of(value);
    if (!is_finite_key(key)) continue;
    ++position[0][key & mask];
    ++position[1][key >> bits & mask];
    ++position[2][key >> 2 * bits];
  }
  std::uint32_t count = 0;
  for (auto& digit : position) {
    count = 0;
    for (std::uint32_t& entry : digit) count += std::exchange(entry, count);
  }
  for (const T value : values) {
    const std::uint32_t key = key_of(value);
    if (is_finite_key(key)) out[position[0][key & mask]++] = key;
  }
  for (std::uint32_t i = 0; i < count; ++i) scratch[position[1][out[i] >> bits & mask]++] = out[i];
  for (std::uint32_t i = 0; i < count; ++i) out[position[2][scratch[i] >> 2 * bits]++] = scratch[i];
  return count;
}

}  // namespace kindred::statistics
