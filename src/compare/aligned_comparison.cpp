#include <cmath>
#include <deque>

#include "compare/families.hpp"
#include "compare/weight_matching.hpp"

namespace kindred::compare {
namespace {

/// Of whole networks whose hidden units are matched. Behind its weights a feature has the index of its
/// network, as the number of heads decides what may be permuted.
class AlignedComparison : public BlockComparison {
 public:
  AlignedComparison(const Source& left, const Source& right) : sources_{left, right} {
    for (const auto& network : right.cohort->networks) matching_.emplace_back(network);
    network_at_ = FeatureRows::padded_length(left.cohort->size());
  }

  std::int64_t length() const override { return network_at_ + 1; }

  bool load(Side side, std::int64_t row, float* out) override {
    const auto& source = sources_[static_cast<std::size_t>(side)];
    const auto size = static_cast<std::size_t>(source.cohort->size());
    read_weights(source, row, 0, {out, size});
    out[network_at_] = static_cast<float>(source.cohort->network_of[static_cast<std::size_t>(row)]);
    double squares = 0;
    for (std::size_t k = 0; k < size; ++k)
      squares += static_cast<double>(out[k]) * static_cast<double>(out[k]);
    return squares > 0 && std::isfinite(squares);
  }

  void compare_block(const BlockPair& pair, std::span<PairSums> values) override {
    for (std::int64_t i = 0; i < pair.rows; ++i)
      for (std::int64_t j = pair.diagonal ? i + 1 : 0; j < pair.columns; ++j) {
        const float *a = pair.left + i * pair.stride, *b = pair.right + j * pair.stride;
        values.front()[static_cast<std::size_t>(i * block_runs + j)] =
            matching_[static_cast<std::size_t>(b[network_at_])].aligned_cosine(a, b);
      }
    for (std::int64_t i = 0; pair.diagonal && i < pair.rows; ++i)
      values.front()[static_cast<std::size_t>(i * block_runs + i)] = 1;
  }

 private:
  Source sources_[2];
  std::int64_t network_at_ = 0;
  std::deque<WeightMatching> matching_;  ///< for each network of the cohort
};

}  // namespace

std::unique_ptr<Comparison> compare_aligned(const Source& left, const Source& right) {
  return std::make_unique<AlignedComparison>(left, right);
}

}  // namespace kindred::compare
