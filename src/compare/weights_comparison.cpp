#include <cmath>

#include "compare/families.hpp"
#include "compare/inner_products.hpp"

namespace kindred::compare {
namespace {

/// The cosine. Rows are divided by their norm first: products of tiny or huge values would leave the range of
/// fp32.
class WeightsComparison : public Comparison {
 public:
  WeightsComparison(const Source& left, const Source& right)
      : sources_{left, right}, products_(make_inner_products(left.accelerator)) {}

  std::int64_t length() const override { return part(Side::left).size; }

  bool load(Side side, std::int64_t row, float* out) override {
    const auto size = static_cast<std::size_t>(part(side).size);
    read_weights(sources_[static_cast<std::size_t>(side)], row, part(side).offset, {out, size});
    double squares = 0;
#pragma omp simd reduction(+ : squares)
    for (std::size_t k = 0; k < size; ++k)
      squares += static_cast<double>(out[k]) * static_cast<double>(out[k]);
    const double norm = std::sqrt(squares);
    if (!(norm > 0 && std::isfinite(norm))) return false;
#pragma omp simd
    for (std::size_t k = 0; k < size; ++k) out[k] = static_cast<float>(static_cast<double>(out[k]) / norm);
    return true;
  }

  std::int64_t most_right_blocks() const override { return products_->most_right_blocks(); }

  void compare(std::span<const BlockPair> pairs, std::span<PairSums> values, const Interrupt&) override {
    products_->compute(pairs, 0, pairs.front().stride, values);
  }

 private:
  const Cohort::Parameter& part(Side side) const {
    const auto& source = sources_[static_cast<std::size_t>(side)];
    return source.cohort->parameters[static_cast<std::size_t>(source.slice)];
  }
  Source sources_[2];
  std::unique_ptr<InnerProducts> products_;
};

}  // namespace

std::unique_ptr<Comparison> compare_weights(const Source& left, const Source& right) {
  return std::make_unique<WeightsComparison>(left, right);
}

}  // namespace kindred::compare
