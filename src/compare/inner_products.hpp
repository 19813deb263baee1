#pragma once

#include <span>
#include <vector>

#include "compare/block.hpp"

namespace kindred::compare {

/// Inner products of all pairs of rows of blocks, by LibTorch's matrix product of 64 x 64 rows over chunks of
/// 512 columns, summed in fp64. Rows should have a norm of 1 or somewhat less: denormals count as zero,
/// as those of rows with a few large elements would take the processor half as long again. Blocks of fewer
/// rows are filled up with zeros, chunk by chunk. Each chunk of a right block is turned once so that its runs
/// are side by side, as the product is quick only so. Independent.
class InnerProducts {
 public:
  /// ⟨a, b⟩ over the elements first..first+length-1 of the rows. pairs: of at most `right_blocks` right
  /// blocks, those of a left block one after another; out: [pairs], 0 beyond their rows and columns.
  void compute(std::span<const BlockPair> pairs, std::int64_t first, std::int64_t length,
               std::span<PairSums> out);

 private:
  static constexpr std::int64_t chunk = 512;
  /// The place of the pair's right block among those that are turned; a new one's turned rows are 0.
  std::size_t place_of(const BlockPair& pair);

  // Aligned, as a product's bits may depend on it.
  FeatureRows left_{block_runs, chunk};
  std::vector<FeatureRows> turned_;  ///< [chunk, block_runs] of each right block
  std::vector<const BlockPair*> rights_;
};

}  // namespace kindred::compare
