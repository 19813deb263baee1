#pragma once

#include <ATen/ATen.h>

#include <functional>
#include <memory>
#include <string>

namespace kindred::train {

/// A device beside the CPU, and what LibTorch's tensors alone do not offer of it.
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

}  // namespace kindred::train
