#pragma once

#include <memory>
#include <span>

#include "compare/block.hpp"

namespace kindred::train {
struct Accelerator;
}

namespace kindred::compare {

/// Inner products of all pairs of rows of blocks, by LibTorch's matrix products of 64 x 64 rows over chunks
/// of 512 columns, summed in fp64. Blocks of fewer rows are filled up with zeros. Independent.
class InnerProducts {
 public:
  static constexpr std::int64_t chunk = 512;
  virtual ~InnerProducts() = default;
  virtual std::int64_t most_right_blocks() const = 0;
  /// ⟨a, b⟩ over the elements first..first+length-1 of the rows. pairs: of at most so many right
  /// blocks, those of a left block one after another; out: [pairs], 0 beyond their rows and columns.
  virtual void compute(std::span<const BlockPair> pairs, std::int64_t first, std::int64_t length,
                       std::span<PairSums> out) = 0;
};

/// On the CPU, chunk by chunk in its cache. Rows should have a norm of 1 or somewhat less: denormals count as
/// zero, as those of rows with a few large elements would take the processor half as long again.
std::unique_ptr<InnerProducts> host_inner_products();

/// On a device that holds the right blocks, 16 MiB of each at a time (all of them where they are shorter), or
/// fewer where its memory is short. Every pair of blocks is a batched product of its own, so its bits do not
/// depend on the others. Throws train::OutOfDeviceMemory.
std::unique_ptr<InnerProducts> device_inner_products(const train::Accelerator& accelerator);

/// On the accelerator if there is one.
inline std::unique_ptr<InnerProducts> make_inner_products(const train::Accelerator* accelerator) {
  return accelerator ? device_inner_products(*accelerator) : host_inner_products();
}

}  // namespace kindred::compare
