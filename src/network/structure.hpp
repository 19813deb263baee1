#pragma once

#include "network/network.hpp"
#include "statistics/structure.hpp"

namespace kindred::network {

/// A network's matrices and nodes: a layer of input nodes, then one of each matrix's rows.
/// In a convolution a node is a channel, in a patch embedding an input node is a value of the patch. Outgoing
/// weights go from embedding rows to the first block's in_proj, from the value rows of in_proj to out_proj
/// and from fc1 to fc2; what is added to a residual branch, queries and keys has none.
statistics::Structure structure(const Network& network);

/// "input", then the names of the matrices' layers: "fc1", "conv1", "blocks.0.attn.in_proj".
std::vector<std::string> layer_names(const Network& network);

}  // namespace kindred::network
