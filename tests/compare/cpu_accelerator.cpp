#include "cpu_accelerator.hpp"

#include <c10/core/CPUAllocator.h>

#include "train/torch/accelerator.hpp"

namespace kindred::train {
namespace {

struct BoundedMemory : c10::Allocator {
  std::size_t most = 0;

  c10::DataPtr allocate(std::size_t bytes) override {
    TORCH_CHECK_WITH(OutOfMemoryError, bytes <= most, "Tried to allocate ", bytes, " bytes");
    return c10::GetDefaultCPUAllocator()->allocate(bytes);
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const override {
    default_copy_data(to, from, bytes);
  }
} bounded_memory;

}  // namespace

std::shared_ptr<Accelerator> cpu_accelerator(const std::string& name) {
  auto accelerator = std::make_shared<Accelerator>();
  accelerator->name = name;
  return accelerator;
}

std::shared_ptr<Accelerator> meta_accelerator() {
  auto accelerator = std::make_shared<Accelerator>();
  accelerator->device = at::kMeta;
  return accelerator;
}

MemoryBound::MemoryBound(std::size_t most) {
  bounded_memory.most = most;
  c10::SetCPUAllocator(&bounded_memory);
}

MemoryBound::~MemoryBound() { c10::SetCPUAllocator(c10::GetDefaultCPUAllocator()); }

}  // namespace kindred::train
