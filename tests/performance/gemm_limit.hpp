#pragma once

#include <cstdint>

#include "network/network.hpp"

namespace kindred {

/// Images per second of a network's matrix products alone: the three products of each layer (two of the first,
/// whose input needs no gradient), convolutions as products of their patches, nothing between them. No training
/// that computes its layers by this library's products can be faster.
double gemm_limit(const network::Network& network, std::int64_t batch, double seconds);

}  // namespace kindred
