#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace kindred::train {

struct Accelerator;

/// The CPU in the place of a GPU: what a GPU computes by tensor operations, it computes by the same.
std::shared_ptr<Accelerator> cpu_accelerator(const std::string& name = "stand-in");

/// A device that computes nothing, and refuses operations that take tensors of other devices too.
std::shared_ptr<Accelerator> meta_accelerator();

/// While it lives, a tensor on the CPU that takes more bytes does not fit into memory.
class MemoryBound {
 public:
  explicit MemoryBound(std::size_t most);
  ~MemoryBound();
  MemoryBound(const MemoryBound&) = delete;
  MemoryBound& operator=(const MemoryBound&) = delete;
};

}  // namespace kindred::train
