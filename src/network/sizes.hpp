#pragma once

#include <cstdint>
#include <vector>

namespace kindred::network {

/// Sizes in a description of a network: what the matrix products of LibTorch take.
inline constexpr std::int64_t largest_size = (std::int64_t{1} << 31) - 1;
/// Values of one network, or of one image between two layers.
inline constexpr std::int64_t most_values = std::int64_t{1} << 40;

/// The product of sizes >= 0, or -1 where it is more than most_values.
std::int64_t checked_product(const std::vector<std::int64_t>& sizes);

}  // namespace kindred::network
