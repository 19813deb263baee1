#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <memory>
#include <string>

namespace kindred::train {

/// A device that trains whole packs at once, and what LibTorch's tensors alone do not offer of it.
struct Accelerator {
  at::Device device = at::kCPU;
  std::string name;  ///< "NVIDIA H100"
  /// Makes a function that does what `work` does, each time quicker than the time before if it can: a CUDA
  /// graph, once it has run a few times. `work` reads and writes the same tensors every time.
  std::function<std::function<void()>(std::function<void()> work)> record = [](std::function<void()> work) {
    return work;
  };
  /// Waits until the device has done what it was given.
  std::function<void()> synchronize = [] {};
  /// Gives unused memory back to the device.
  std::function<void()> release_memory = [] {};
};

/// The CUDA device of this process, by its rank on the node modulo the visible devices, or null with the
/// reason. Loads LibTorch's CUDA libraries, a second's work, only where the driver has a device.
std::shared_ptr<Accelerator> cuda_accelerator(int node_rank, std::string& reason);

}  // namespace kindred::train
