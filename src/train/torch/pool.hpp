#pragma once

#include <ATen/ATen.h>

namespace kindred::train {

/// max_pool of train/pool.hpp for images [n, channels, height, width], channels last in memory, and a bias
/// [channels]; differentiable. Float or double, on the CPU. One pass where the library makes five.
at::Tensor max_pool(const at::Tensor& images, const at::Tensor& bias, bool with_relu);

/// image_stage of train/image_stage.hpp for images [n, in, height, width], which get no gradient, kernels
/// [out, in, k, k] and a bias [out]; [n, out, height / 2, width / 2], channels last in memory.
at::Tensor image_stage(const at::Tensor& images, const at::Tensor& kernels, const at::Tensor& bias,
                       bool with_relu);

}  // namespace kindred::train
