#pragma once

#include <memory>

#include "train/engine.hpp"
#include "train/torch/accelerator.hpp"
#include "train/torch/device_samples.hpp"

namespace kindred::train {

/// A pack whose networks train at once on an accelerator. Its results depend on the pack's composition: the
/// device chooses kernels, and so the order of sums, by the size of the whole pack. Errors are LibTorch's.
std::unique_ptr<PackTrainer> start_device_pack(std::shared_ptr<Accelerator> accelerator,
                                               std::shared_ptr<const DeviceSamples> data,
                                               const network::Network& network, const Samples& samples,
                                               std::span<const sweep::RunSettings> members);

}  // namespace kindred::train
