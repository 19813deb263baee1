// The CPU in the place of a GPU, behind the same door as libkindred_cuda.so: the program goes its whole way
// to a device and back, with tensor operations that a GPU has too. STAND_IN_NAME: the device's name.
// STAND_IN_BYTES: the most that one tensor may take. STAND_IN_BROKEN: why the device cannot be used.

#include <cstdlib>

#include "cpu_accelerator.hpp"
#include "train/torch/accelerator.hpp"

extern "C" std::shared_ptr<kindred::train::Accelerator> kindred_cuda_accelerator(int, std::string& reason) {
  if (const char* broken = std::getenv("STAND_IN_BROKEN")) {
    reason = broken;
    return nullptr;
  }
  if (const char* bytes = std::getenv("STAND_IN_BYTES"))
    static const kindred::train::MemoryBound bound(std::strtoull(bytes, nullptr, 10));
  const char* name = std::getenv("STAND_IN_NAME");
  return kindred::train::cpu_accelerator(name ? name : "stand-in");
}
