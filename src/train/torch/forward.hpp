#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <span>
#include <vector>

#include "network/network.hpp"

namespace kindred::train {

/// What the i-th dropout layer multiplies its values [batch, ...] of this shape by: 0, or 1 / (1 - rate).
using DropoutMask = std::function<at::Tensor(std::int64_t layer, at::IntArrayRef shape, double rate)>;

struct ForwardOptions {
  std::vector<at::Tensor>* representations = nullptr;  ///< receives each one, [batch, width]
  const DropoutMask* dropout = nullptr;                ///< none: nothing is dropped
};

/// The logits [batch, classes] of one network on inputs [batch, channels * height * width], on the CPU.
/// `operands`: its parameters (operand.hpp). Any floating type; differentiable.
at::Tensor forward(const network::Network& network, std::span<const at::Tensor> operands, at::Tensor inputs,
                   const ForwardOptions& options = {});

/// The activation of a layer.
at::Tensor activate(network::Activation function, const at::Tensor& x);

/// Images [rows, channels * height * width] as rows of patches [rows * patches, channels * patch * patch].
at::Tensor cut_into_patches(const network::Embed& layer, const at::Tensor& images);

}  // namespace kindred::train
