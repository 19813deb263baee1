#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <span>
#include <type_traits>
#include <utility>

namespace kindred::statistics {

/// Floats and doubles as unsigned integers of the same order (-0 before +0), and back.
template <class T>
using KeyOf = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

template <class T>
KeyOf<T> key_of(T value) {
  constexpr KeyOf<T> sign = KeyOf<T>{1} << (std::numeric_limits<KeyOf<T>>::digits - 1);
  const auto bits = std::bit_cast<KeyOf<T>>(value);
  return bits & sign ? ~bits : bits | sign;
}

template <class Key>
auto value_of(Key key) {
  using T = std::conditional_t<sizeof(Key) == 4, float, double>;
  constexpr Key sign = Key{1} << (std::numeric_limits<Key>::digits - 1);
  return std::bit_cast<T>(key & sign ? key ^ sign : ~key);
}

/// Least significant digit first, digits of 11 bits (Knuth, The Art of Computer Programming 3, 5.2.5); those
/// that all keys share are passed over. scratch: as long as `keys`, which are fewer than 2^32.
template <class Key>
void radix_sort(std::span<Key> keys, Key* scratch) {
  constexpr int bits = 11, passes = (std::numeric_limits<Key>::digits + bits - 1) / bits;
  constexpr Key digits = Key{1} << bits, mask = digits - 1;
  if (keys.size() < 256) return std::sort(keys.begin(), keys.end());  // clearing counters would take longer
  std::array<std::array<std::uint32_t, digits>, passes> position{};
  for (const Key key : keys)
    for (int pass = 0; pass < passes; ++pass) ++position[pass][key >> pass * bits & mask];
  Key *from = keys.data(), *to = scratch;
  for (int pass = 0; pass < passes; ++pass) {
    auto& next = position[pass];
    const int shift = pass * bits;
    if (next[from[0] >> shift & mask] == keys.size()) continue;
    std::uint32_t before = 0;
    for (std::uint32_t& entry : next) before += std::exchange(entry, before);
    for (std::size_t i = 0; i < keys.size(); ++i) to[next[from[i] >> shift & mask]++] = from[i];
    std::swap(from, to);
  }
  if (from != keys.data()) std::copy_n(from, keys.size(), keys.data());
}

}  // namespace kindred::statistics
