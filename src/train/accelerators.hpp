#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace kindred::train {

struct Accelerator;  // torch/accelerator.hpp

/// Whether the CUDA driver is there and has a device, asked of the driver itself; `reason` where not.
/// Independent.
bool has_cuda_device(std::string& reason);

/// The CUDA device of this process, by its rank on the node modulo the visible devices, once a product on it
/// was right; otherwise null. Loads LibTorch's CUDA libraries, a second's work. `message`: the device's name,
/// or why it cannot be used. Independent.
std::shared_ptr<Accelerator> cuda_accelerator(int node_rank, std::string& message);

/// What `device` asks for: none for cpu; for auto and cuda the one of cuda_accelerator. Throws a usage error
/// for anything else, and for cuda where there is none that can be used, of which auto warns. `message`: the
/// device's name. Independent.
std::shared_ptr<Accelerator> choose_accelerator(std::string_view device, int node_rank, std::string& message);

}  // namespace kindred::train
