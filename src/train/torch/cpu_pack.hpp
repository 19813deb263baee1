#pragma once

#include <memory>

#include "train/engine.hpp"

namespace kindred::train {

/// A pack on the CPU, its networks one after another (sequential_pack.hpp).
std::unique_ptr<PackTrainer> start_cpu_pack(const network::Network& network, const Samples& samples,
                                            std::span<const sweep::RunSettings> members);

}  // namespace kindred::train
