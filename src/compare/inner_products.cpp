#include <ATen/ATen.h>

#include <algorithm>

#include "compare/block.hpp"

namespace kindred::compare {

void inner_products(const float* a, const float* b, std::int64_t stride, std::int64_t length, PairSums& out) {
  constexpr std::int64_t chunk = 4096;
  const c10::InferenceMode guard;
  out.fill(0);
  auto product = at::empty({block_runs, block_runs});
  for (std::int64_t first = 0; first < length; first += chunk) {
    const auto columns = std::min(chunk, length - first);
    const auto part = [&](const float* rows) {
      return at::from_blob(const_cast<float*>(rows + first), {block_runs, columns}, {stride, 1});
    };
    at::mm_out(product, part(a), part(b).t());
    const float* values = product.const_data_ptr<float>();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += static_cast<double>(values[i]);
  }
}

}  // namespace kindred::compare
