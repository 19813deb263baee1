#pragma once

#include <ATen/ATen.h>

#include <span>
#include <vector>

#include "network/network.hpp"

namespace kindred::train {

/// The logits [K, B, classes] of K networks on inputs [K, B, inputs]. `parameters` follow the network's: a
/// dense matrix as [K, in, out], a bias as [K, 1, out]. Any floating type; differentiable.
/// `representations`, when given, receives each representation [K, B, width] in forward order.
at::Tensor forward(const network::Network& network, std::span<const at::Tensor> parameters, at::Tensor inputs,
                   std::vector<at::Tensor>* representations = nullptr);

/// Views of flat weights [P] in PyTorch's layout as parameters of one network (K = 1).
std::vector<at::Tensor> parameter_views(const network::Network& network, const at::Tensor& flat);

}  // namespace kindred::train
