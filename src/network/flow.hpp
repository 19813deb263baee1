#pragma once

#include <string>

#include "network/network.hpp"

namespace kindred::network {

/// Throws a usage error that starts with `source` and names the layer unless the layers fit together: each
/// takes what flows out of the one before, the first the image, and the last one leaves the classes' values
/// as the representation "logits". A convolution is followed by its pooling, a branch joins again before
/// another begins, no representation is of the image itself or has another's name.
void check_flow(const Network& network, const std::string& source);

}  // namespace kindred::network
