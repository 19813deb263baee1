#pragma once

#include <span>
#include <vector>

#include "compare/block.hpp"

namespace kindred::compare {

/// Inner products of all pairs of rows of several left blocks and one right block, by LibTorch's matrix
/// product of 64 x 64 rows over chunks of 1,024 columns, summed in fp64. Each chunk of the right block is
/// turned once so that its runs are side by side, as the product is quick only so. Independent.
class InnerProducts {
 public:
  /// ⟨a, b⟩ over the elements first..first+length-1 of the rows, which are zeros behind the runs. pairs: of
  /// one right block; out: [pairs].
  void compute(std::span<const BlockPair> pairs, std::int64_t first, std::int64_t length,
               std::span<PairSums> out);

 private:
  std::vector<float> right_;  ///< [chunk, block_runs]
};

}  // namespace kindred::compare
