#pragma once

#include <cstdint>

namespace kindred::train {

/// Images [images, height, width, channels]; of an odd size the last row or column is dropped.
struct PoolShape {
  std::int64_t images, height, width, channels;
  std::int64_t out_height() const { return height / 2; }
  std::int64_t out_width() const { return width / 2; }
  std::int64_t out_size() const { return images * out_height() * out_width() * channels; }
};

/// The largest of each 2 x 2 pixels plus its channel's bias into `out` [images, height / 2, width / 2,
/// channels] (the same as the bias before, with a quarter of the sums); with_relu: 0 where that is negative.
/// `chosen`, as large as out, receives which pixel it was. NaN wins, and so passes; of equal pixels the first
/// wins. One pass over the images. T is float or double.
template <class T>
void max_pool(const PoolShape& shape, const T* images, const T* bias, bool with_relu, T* out,
              std::uint8_t* chosen);

/// The derivative by the images, of which `out` has the size (pixels in no window are left alone), and, added
/// to `bias_gradient`, that by the bias.
template <class T>
void max_pool_backward(const PoolShape& shape, const T* gradient, const std::uint8_t* chosen, T* out,
                       T* bias_gradient);

}  // namespace kindred::train
