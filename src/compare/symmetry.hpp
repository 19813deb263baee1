#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "network/network.hpp"

namespace kindred::compare {

/// Where a parameter tensor meets the units of a group: unit u has, for every o in [0, outer), the `inner`
/// values from offset + o * stride + u * inner of the flat weights.
struct Axis {
  std::size_t parameter;
  std::int64_t offset, outer, stride, inner;
};

/// Units whose order does not matter: reordered along all axes of a part alike, the network computes the
/// same.
///
/// Most groups have one part and one head: the hidden units of a dense layer, the channels of a convolution,
/// the features of a residual stream. Attention has two parts, the queries' and keys' dimensions and the
/// values' dimensions. Its units come in heads of equal size: the heads may be reordered, both parts alike,
/// and inside each head the units of each part.
struct SymmetryGroup {
  std::int64_t units = 0;
  std::int64_t heads = 1;
  std::vector<std::vector<Axis>> parts;
};

/// The permutation symmetries of a network, from its input to its output. Units that are added to others in
/// another order (as where a flattened image and a dense layer join) are left out.
std::vector<SymmetryGroup> symmetry_groups(const network::Network& network);

/// Along the axes, what was unit order[u] becomes unit u.
void permute(const std::vector<Axis>& axes, std::span<const std::int32_t> order, float* weights);
/// ⟨a, b⟩ along the axes, b permuted so, in fp64.
double inner_product(const std::vector<Axis>& axes, std::span<const std::int32_t> order, const float* a,
                     const float* b);

}  // namespace kindred::compare
