#pragma once

#include <ATen/ATen.h>

#include <span>
#include <vector>

#include "network/network.hpp"

namespace kindred::train {

/// The logits [K, batch, classes] of K networks on inputs [K, batch, channels * height * width], on any
/// device: products and attention batched over the networks, convolutions grouped by them. `operands` have a
/// leading K (operand.hpp). Any floating type; differentiable. `training`: dropout layers draw from the
/// device's default generator. `representations` receives each one, [K, batch, width].
at::Tensor pack_forward(const network::Network& network, std::span<const at::Tensor> operands,
                        at::Tensor inputs, bool training, std::vector<at::Tensor>* representations = nullptr);

}  // namespace kindred::train
