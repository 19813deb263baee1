#include "train/pool.hpp"

#include "train/pool_lanes.hpp"

namespace kindred::train {
namespace {

/// Calls visit(offset of a window's first pixel, offset of its output).
template <class Visit>
void each_window(const PoolShape& s, Visit visit) {
  const std::int64_t row = s.width * s.channels;
  std::int64_t out = 0;
  for (std::int64_t n = 0; n < s.images; ++n)
    for (std::int64_t i = 0; i < s.out_height(); ++i)
      for (std::int64_t j = 0; j < s.out_width(); ++j, out += s.channels)
        visit((n * s.height + 2 * i) * row + 2 * j * s.channels, out);
}

}  // namespace

template <class T>
void max_pool(const PoolShape& s, const T* images, const T* bias, bool with_relu, T* out,
              std::uint8_t* chosen) {
  const std::int64_t row = s.width * s.channels;
  each_window(s, [&](std::int64_t first, std::int64_t at) {
    each_lanes(s.channels, [&](std::int64_t c, auto lanes) {
      const T* corner = images + first + c;
      pool_lanes<lanes()>({corner, corner + s.channels, corner + row, corner + row + s.channels}, bias + c,
                          with_relu, out + at + c, chosen + at + c);
    });
  });
}

template <class T>
void max_pool_backward(const PoolShape& s, const T* gradient, const std::uint8_t* chosen, T* out,
                       T* bias_gradient) {
  const std::int64_t row = s.width * s.channels;
  each_window(s, [&](std::int64_t first, std::int64_t at) {
    each_lanes(s.channels, [&](std::int64_t c, auto lanes) {
      T* corner = out + first + c;
      unpool_lanes<lanes()>(gradient + at + c, chosen + at + c,
                            {corner, corner + s.channels, corner + row, corner + row + s.channels},
                            bias_gradient + c);
    });
  });
}

template void max_pool(const PoolShape&, const float*, const float*, bool, float*, std::uint8_t*);
template void max_pool(const PoolShape&, const double*, const double*, bool, double*, std::uint8_t*);
template void max_pool_backward(const PoolShape&, const float*, const std::uint8_t*, float*, float*);
template void max_pool_backward(const PoolShape&, const double*, const std::uint8_t*, double*, double*);

}  // namespace kindred::train
