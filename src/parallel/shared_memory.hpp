#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "parallel/communicator.hpp"

namespace kindred::parallel {

/// Memory held once per node and seen by all of its ranks. Collective to make and to destroy.
class SharedMemory {
 public:
  /// `node` comes from Communicator::split_node. `fill` runs on the node's first rank; when it throws on any
  /// node of `all`, every rank throws.
  SharedMemory(const Communicator& all, const Communicator& node, std::size_t bytes,
               const std::function<void(std::span<std::uint8_t>)>& fill);
  ~SharedMemory();
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  std::span<const std::uint8_t> bytes() const { return bytes_; }

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  std::span<std::uint8_t> bytes_;
};

}  // namespace kindred::parallel
