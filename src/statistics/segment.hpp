#pragma once

#include <cstdint>

namespace kindred::statistics {

/// Where a span's memory is. Layers exchange spans with this tag, never views of a library.
enum class Memory { host, cuda };

/// How a matrix's elements follow each other, the last-named index fastest.
enum class Order { out_channel_pixel, out_pixel_channel, channel_pixel_out, pixel_channel_out };

inline bool out_comes_first(Order order) {
  return order == Order::out_channel_pixel || order == Order::out_pixel_channel;
}

/// One parameter tensor's values, contiguous. `order` tells of a matrix; anything else is in any order.
template <class T>
struct BasicSegment {
  const T* data = nullptr;
  std::int64_t size = 0;
  Order order = Order::out_channel_pixel;
};
using Segment = BasicSegment<float>;

}  // namespace kindred::statistics
