// The CPU in the place of a GPU, behind the same door as libkindred_cuda.so: the program goes its whole way to a
// device and back, with tensor operations that a GPU has too. STAND_IN_BYTES: the most that one tensor may take.

#include <c10/core/CPUAllocator.h>

#include <cstdlib>

#include "train/torch/accelerator.hpp"

namespace {

class BoundedMemory : public c10::Allocator {
 public:
  explicit BoundedMemory(std::size_t most) : most_(most) {}
  c10::DataPtr allocate(std::size_t bytes) override {
    TORCH_CHECK_WITH(OutOfMemoryError, bytes <= most_, "Tried to allocate ", bytes, " bytes");
    return all_->allocate(bytes);
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }

 private:
  std::size_t most_;
  c10::Allocator* all_ = c10::GetDefaultCPUAllocator();
};

}  // namespace

extern "C" std::shared_ptr<kindred::train::Accelerator> kindred_cuda_accelerator(int, std::string&) {
  if (const char* given = std::getenv("STAND_IN_BYTES")) {
    static BoundedMemory memory(std::strtoull(given, nullptr, 10));
    c10::SetCPUAllocator(&memory, 1);
  }
  auto accelerator = std::make_shared<kindred::train::Accelerator>();
  accelerator->name = "stand-in";
  return accelerator;
}
