#pragma once

#include <cstdint>

namespace kindred::train {

/// The first stage of a convolutional network, on images of few channels: a convolution (stride 1, zero
/// padding that keeps the size), the largest of each 2 x 2 pixels, bias, and, if asked, relu.
struct ImageStage {
  std::int64_t images, in, height, width, out, kernel;
  bool with_relu;
  std::int64_t taps() const { return in * kernel * kernel; }
  std::int64_t out_size() const { return images * (height / 2) * (width / 2) * out; }
};

/// images [images, in, height, width], weights [taps, out] (taps by channel, row, column), bias [out] into
/// `out` [images, height / 2, width / 2, out]; `chosen` as in pool.hpp. The convolution's own values, four
/// times as many, never reach memory. T is float or double.
template <class T>
void image_stage(const ImageStage& stage, const T* images, const T* weights, const T* bias, T* out,
                 std::uint8_t* chosen);

/// Adds the derivatives by the weights [taps, out] and the bias [out]. Images need none.
template <class T>
void image_stage_backward(const ImageStage& stage, const T* images, const T* gradient,
                          const std::uint8_t* chosen, T* weights_gradient, T* bias_gradient);

}  // namespace kindred::train
