#pragma once

#include <cstdint>

#include "network/network.hpp"

namespace kindred {

/// Images per second of a network's matrix products alone: the three products of each layer (two of the first,
/// whose input needs no gradient), convolutions as products of their patches, nothing between them; by LibTorch's
/// library or the engine's own products, whichever is faster here. A training whose values stay in the cache where
/// these do not, as a convolution done image by image, can exceed it.
double gemm_limit(const network::Network& network, std::int64_t batch, double seconds);

}  // namespace kindred
