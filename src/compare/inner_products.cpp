#include "compare/inner_products.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "train/native/rows.hpp"

namespace kindred::compare {

void InnerProducts::compute(std::span<const BlockPair> pairs, std::int64_t first, std::int64_t length,
                            std::span<PairSums> out) {
  const c10::InferenceMode guard;
  auto product = at::empty({block_runs, block_runs});
  const float* values = product.const_data_ptr<float>();
  for (auto& sums : out) sums.fill(0);
  const auto stride = pairs.front().stride, others = pairs.front().columns;
  // Other rows of these stay as they are: 0.
  left_.clear();
  right_.clear();
  for (std::int64_t k = first; k < first + length; k += chunk) {
    const auto columns = std::min(chunk, first + length - k);
    train::native::transpose(pairs.front().right + k, stride, others, columns, right_.row(0), block_runs);
    const auto right = at::from_blob(right_.row(0), {columns, block_runs});
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const bool whole = pairs[p].rows == block_runs;
      for (std::int64_t i = 0; !whole && i < pairs[p].rows; ++i)
        std::copy_n(pairs[p].left + i * stride + k, columns, left_.row(i));
      const auto left = at::from_blob(whole ? const_cast<float*>(pairs[p].left + k) : left_.row(0),
                                      {block_runs, columns}, {whole ? stride : chunk, 1});
      at::mm_out(product, left, right);
      for (std::size_t i = 0; i < out[p].size(); ++i) out[p][i] += static_cast<double>(values[i]);
    }
  }
}

}  // namespace kindred::compare
