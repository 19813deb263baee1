#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace kindred::train {

struct Accelerator;  // torch/accelerator.hpp

/// The CUDA device of this process, by its rank on the node modulo the visible devices, or null. Loads
/// LibTorch's CUDA libraries, a second's work, only where the driver has a device. `message`: the device's
/// name, or why there is none. Independent.
std::shared_ptr<Accelerator> cuda_accelerator(int node_rank, std::string& message);

/// What `device` asks for: none for cpu; for auto and cuda the one of cuda_accelerator. Throws a usage error
/// for anything else, and for cuda where there is none. Independent.
std::shared_ptr<Accelerator> choose_accelerator(std::string_view device, int node_rank, std::string& message);

}  // namespace kindred::train
