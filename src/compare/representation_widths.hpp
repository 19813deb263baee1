#pragma once

#include <cstdint>
#include <vector>

#include "network/network.hpp"

namespace kindred::compare {

/// Images that a network is evaluated on together; fixed, as sums may depend on it.
inline constexpr std::int64_t images_at_once = 256;

/// Values of one image in each representation of a network.
std::vector<std::int64_t> representation_widths(const network::Network& network);

}  // namespace kindred::compare
