#pragma once

#include <cstdint>
#include <string>

#include "network/network.hpp"

namespace kindred::network {

/// What may differ between the runs of a cohort, as the columns model.activation and model.heads hold it.
struct RunValues {
  std::string activation;   ///< "": the run does not say
  std::int64_t heads = -1;  ///< -1: likewise
};

/// The network that Network::to_json described; beside its keys the text may have "activation" and "heads"
/// for all layers, which `run` overrides. Dropout rates are 0. Any layers and names are taken that fit
/// together: every parameter has its layer's shape and one use, and what flows out of a layer is what the
/// next one takes. Throws a usage error that names `source` and the place in the text, also where there are
/// activations or attention and neither the text nor `run` tells which or with how many heads.
Network network_from_json(const std::string& json, const std::string& source, const RunValues& run = {});

/// Whether the text has layers at all: where a network is not known, only its parameters are described.
bool describes_layers(const std::string& json);

}  // namespace kindred::network
