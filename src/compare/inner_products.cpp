#include "compare/inner_products.hpp"

#include <ATen/ATen.h>

#include <algorithm>

namespace kindred::compare {
namespace {

/// rows: [block_runs, stride]; out: [length, block_runs].
void transpose(const float* rows, int stride, std::int64_t length, float* out) {
  for (std::int64_t k = 0; k < length; ++k) {
    const float* const column = rows + k;
    float* const runs = out + k * block_runs;
#pragma omp simd
    for (int j = 0; j < static_cast<int>(block_runs); ++j) runs[j] = column[j * stride];
  }
}

}  // namespace

void InnerProducts::compute(std::span<const BlockPair> pairs, std::int64_t first, std::int64_t length,
                            std::span<PairSums> out) {
  constexpr std::int64_t chunk = 1024;
  const c10::InferenceMode guard;
  right_.resize(static_cast<std::size_t>(chunk * block_runs));
  auto product = at::empty({block_runs, block_runs});
  const float* values = product.const_data_ptr<float>();
  for (auto& sums : out) sums.fill(0);
  for (std::int64_t k = first; k < first + length; k += chunk) {
    const auto columns = std::min(chunk, first + length - k);
    const auto stride = pairs.front().stride;
    transpose(pairs.front().right + k, static_cast<int>(stride), columns, right_.data());
    const auto right = at::from_blob(right_.data(), {columns, block_runs});
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const auto left =
          at::from_blob(const_cast<float*>(pairs[p].left + k), {block_runs, columns}, {stride, 1});
      at::mm_out(product, left, right);
      for (std::size_t i = 0; i < out[p].size(); ++i) out[p][i] += static_cast<double>(values[i]);
    }
  }
}

}  // namespace kindred::compare
