#pragma once

#include <memory>

#include "train/engine.hpp"

namespace kindred::train {

/// A pack on the CPU: its networks train one after another within each step, since together they would gain
/// nothing, and so none can depend on the others.
std::unique_ptr<PackTrainer> start_cpu_pack(const network::Network& network, const Samples& samples,
                                            std::span<const sweep::RunSettings> members);

}  // namespace kindred::train
