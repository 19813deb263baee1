#pragma once

#include <ATen/ATen.h>

#include "network/network.hpp"
#include "statistics/segment.hpp"

namespace kindred::train {

// A parameter has three shapes: PyTorch's (files), the order in which the engine keeps it (matrices as
// [in, out], twice as fast in products at small batches; kernels channels last), and the operand that the
// forward pass takes:
//   matrix [in, out], of patches [channels * patch * patch, dim]; kernels [out, in, k, k];
//   bias and gain [n]; class token [1, 1, dim]; positions [1, tokens, dim].
// `flat` is [size], or [K, size] for K networks: then the operand has a leading K, bias and gain are
// [K, 1, n], and class token and positions [K, 1, ..., dim].

/// The operand as a view of values in the engine's order.
at::Tensor stored_operand(const network::Parameter& parameter, const at::Tensor& flat);
/// The operand as a view of values in PyTorch's order.
at::Tensor pytorch_operand(const network::Parameter& parameter, const at::Tensor& flat);
/// The engine's order of a matrix's values.
statistics::Order engine_order(const network::Parameter& parameter);
/// The values of an operand (a gradient), of one network or K, in the engine's order, contiguous.
at::Tensor stored_order(const network::Parameter& parameter, const at::Tensor& operand);

/// Operands of one network, or of K, as views of the flat PyTorch weights [P] or [K, P].
std::vector<at::Tensor> pytorch_operands(const network::Network& network, const at::Tensor& weights);

}  // namespace kindred::train
