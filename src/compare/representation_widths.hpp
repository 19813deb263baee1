#pragma once

#include <cstdint>
#include <vector>

#include "network/network.hpp"

namespace kindred::compare {

/// Values of one image in each representation of a network.
std::vector<std::int64_t> representation_widths(const network::Network& network);

}  // namespace kindred::compare
