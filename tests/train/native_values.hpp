#pragma once

#include <algorithm>

#include "core/random.hpp"
#include "train/native/buffer.hpp"

namespace kindred::train::native {

/// What no computation gives.
constexpr float guard = -12345.5f;

inline Buffer guarded(std::int64_t size) {
  Buffer values(size);
  std::fill_n(values.data(), size, guard);
  return values;
}

inline Buffer random_values(std::int64_t size, std::uint64_t key) {
  RandomStream random(key, Stream::sampling);
  Buffer values(size);
  for (std::int64_t i = 0; i < size; ++i) values[i] = static_cast<float>(random.normal());
  return values;
}

}  // namespace kindred::train::native
