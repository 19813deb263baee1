#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "compare/inner_products.hpp"
#include "train/denormals.hpp"
#include "train/native/rows.hpp"

namespace kindred::compare {
namespace {

/// Each chunk of a right block is turned once so that its runs are side by side, as the product is quick only
/// so.
class HostInnerProducts : public InnerProducts {
 public:
  std::int64_t most_right_blocks() const override { return right_blocks; }
  void compute(std::span<const BlockPair> pairs, std::int64_t first, std::int64_t length,
               std::span<PairSums> out) override;

 private:
  /// The place of the pair's right block among those that are turned; a new one's turned rows are 0.
  std::size_t place_of(const BlockPair& pair);

  // Aligned, as a product's bits may depend on it.
  FeatureRows left_{block_runs, chunk};
  std::vector<FeatureRows> turned_;  ///< [chunk, block_runs] of each right block
  std::vector<const BlockPair*> rights_;
};

std::size_t HostInnerProducts::place_of(const BlockPair& pair) {
  const auto known =
      std::ranges::find(rights_, pair.right, [](const BlockPair* pair_of) { return pair_of->right; });
  const auto place = static_cast<std::size_t>(known - rights_.begin());
  if (known != rights_.end()) return place;
  rights_.push_back(&pair);
  if (place == turned_.size()) turned_.emplace_back(chunk, block_runs);
  turned_[place].clear();
  return place;
}

void HostInnerProducts::compute(std::span<const BlockPair> pairs, std::int64_t first, std::int64_t length,
                                std::span<PairSums> out) {
  const c10::InferenceMode guard;
  const train::DenormalsAsZero quick;
  auto product = at::empty({block_runs, block_runs});
  const float* values = product.const_data_ptr<float>();
  for (auto& sums : out) sums.fill(0);
  rights_.clear();
  std::vector<std::size_t> places;
  for (const auto& pair : pairs) places.push_back(place_of(pair));
  left_.clear();
  std::int64_t used = 0;  // rows of left_ that are not 0
  for (std::int64_t k = first; k < first + length; k += chunk) {
    const auto columns = std::min(chunk, first + length - k);
    for (std::size_t r = 0; r < rights_.size(); ++r)
      train::native::transpose(rights_[r]->right + k, rights_[r]->stride, rights_[r]->columns, columns,
                               turned_[r].row(0), block_runs);
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const auto& pair = pairs[p];
      const bool whole = pair.rows == block_runs;
      for (std::int64_t i = 0; !whole && i < pair.rows; ++i)
        std::copy_n(pair.left + i * pair.stride + k, columns, left_.row(i));
      for (; !whole && used > pair.rows; --used) std::fill_n(left_.row(used - 1), chunk, 0.0f);
      if (!whole) used = pair.rows;
      const auto left = at::from_blob(whole ? const_cast<float*>(pair.left + k) : left_.row(0),
                                      {block_runs, columns}, {whole ? pair.stride : chunk, 1});
      const auto right = at::from_blob(turned_[places[p]].row(0), {columns, block_runs});
      at::mm_out(product, left, right);
      for (std::size_t i = 0; i < out[p].size(); ++i) out[p][i] += static_cast<double>(values[i]);
    }
  }
}

}  // namespace

std::unique_ptr<InnerProducts> host_inner_products() { return std::make_unique<HostInnerProducts>(); }

}  // namespace kindred::compare
