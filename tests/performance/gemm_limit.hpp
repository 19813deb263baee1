#pragma once

#include <cstdint>

namespace kindred {

/// Images per second of a dense network's matrix products alone: the three products of each layer (two of the
/// first, whose input needs no gradient), weights as [in, out], nothing between them. No training with this
/// library's products can be faster.
double gemm_limit(const std::int64_t* widths, int layers, std::int64_t batch, double seconds);

}  // namespace kindred
