#pragma once

#include <cstdint>
#include <vector>

namespace kindred::train::native {

/// Floats, at first 0, that start at a cache line and end a vector's reach before the end of their memory.
class Buffer {
 public:
  explicit Buffer(std::int64_t size = 0) : lines_(static_cast<std::size_t>(size / line + 2)) {}
  float* data() { return lines_.data()->values; }
  const float* data() const { return lines_.data()->values; }
  operator float*() { return data(); }

 private:
  static constexpr std::int64_t line = 16;
  struct alignas(64) Line {
    float values[line] = {};
  };
  std::vector<Line> lines_;
};

}  // namespace kindred::train::native
