#include <algorithm>
#include <cmath>
#include <cstring>

#include "compare/families.hpp"
#include "compare/inner_products.hpp"
#include "compare/representation.hpp"
#include "train/denormals.hpp"
#include "train/torch/device_errors.hpp"

namespace kindred::compare {
namespace {

/// Of centred Gram matrices K (linear kernel) of the probe images: alignment is their cosine as vectors.
///
/// A feature is the diagonal, then the upper triangle: inner products of two are those of the diagonals and
/// twice those of the triangles, by the matrices' norms. The unbiased estimator follows from the same inner
/// product (Song et al. 2012, written for centred matrices): ⟨K, L⟩ - n/(n-2) Σ kᵢlᵢ + tr K tr L /
/// ((n-1)(n-2)), with k and l the diagonals, but for a factor that cancels.
class GramComparison : public Comparison {
 public:
  GramComparison(std::span<const Metric> metrics, const Source& left, const Source& right)
      : representations_{Representation(left), Representation(right)},
        inner_(make_inner_products(left.accelerator)) {
    for (const auto& metric : metrics) debiased_.push_back(metric.name == "cka_debiased");
    probes_ = left.probes;
    triangle_at_ = FeatureRows::padded_length(probes_);
    facts_at_ = triangle_at_ + FeatureRows::padded_length(probes_ * (probes_ - 1) / 2);
  }

  std::int64_t length() const override {
    return facts_at_ + static_cast<std::int64_t>(sizeof(Facts) / sizeof(float));
  }

  bool load(Side side, std::int64_t row, float* out) override {
    return train::translating_errors([&] { return make_feature(side, row, out); });
  }

  std::int64_t most_right_blocks() const override { return inner_->most_right_blocks(); }

  void compare(std::span<const BlockPair> pairs, std::span<PairSums> values, const Interrupt&) override {
    diagonals_.resize(pairs.size());
    products_.resize(pairs.size());
    inner_->compute(pairs, 0, triangle_at_, diagonals_);
    inner_->compute(pairs, triangle_at_, facts_at_ - triangle_at_, products_);
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      auto &products = products_[p], &diagonals = diagonals_[p];
      for (std::int64_t i = 0; i < pairs[p].rows; ++i)
        for (std::int64_t j = 0; j < pairs[p].columns; ++j) {
          const auto k = static_cast<std::size_t>(i * block_runs + j);
          const double norms =
              facts(pairs[p].left, i, pairs[p]).norm * facts(pairs[p].right, j, pairs[p]).norm;
          products[k] = (diagonals[k] + 2 * products[k]) / norms;
          diagonals[k] /= norms;
        }
      for (std::size_t m = 0; m < debiased_.size(); ++m) {
        auto& out = values[p * debiased_.size() + m];
        out = products;
        if (debiased_[m]) debias(pairs[p], diagonals_[p], out);
      }
    }
  }

 private:
  bool make_feature(Side side, std::int64_t row, float* out) {
    const c10::InferenceMode guard;
    const train::DenormalsAsZero quick;
    // Centred in double: a representation's mean can be far larger than its spread.
    const auto values = representations_[static_cast<std::size_t>(side)].compute(row).to(at::kDouble);
    auto centred = values - values.mean(0, true);
    // The alignment does not depend on the size, but the products below must stay inside fp32.
    const double size = centred.norm().item<double>();
    if (!(size > 0 && std::isfinite(size))) return false;
    centred = (centred / size).to(at::kFloat);
    const auto turned = centred.t().contiguous();  // a product of rows with rows is slower
    Facts facts{};
    double off_diagonal = 0;
    float* triangle = out + triangle_at_;
    for (std::int64_t first = 0; first < probes_; first += gram_panel) {
      const auto rows = std::min(gram_panel, probes_ - first), columns = probes_ - first;
      const auto product =
          at::mm(centred.narrow(0, first, rows), turned.narrow(1, first, columns)).to(at::kCPU);
      const float* element = product.const_data_ptr<float>();
      for (std::int64_t i = 0; i < rows; ++i, element += columns) {
        const auto own = static_cast<double>(out[first + i] = element[i]);
        facts.trace += own;
        facts.diagonal += own * own;
        const std::int64_t others = columns - i - 1;
        off_diagonal += copy_and_square(element + i + 1, others, triangle);
        triangle += others;
      }
    }
    facts.norm = std::sqrt(facts.diagonal + 2 * off_diagonal);
    if (!(facts.norm > 0)) return false;
    facts.trace /= facts.norm;
    facts.diagonal /= facts.norm * facts.norm;
    std::memcpy(out + facts_at_, &facts, sizeof(facts));
    return true;
  }

  /// Of a run's matrix K.
  struct Facts {
    double norm;             ///< Frobenius'
    double trace, diagonal;  ///< tr K, Σ kᵢ², of K by its norm
  };

  Facts facts(const float* rows, std::int64_t row, const BlockPair& pair) const {
    Facts found{};
    std::memcpy(&found, rows + row * pair.stride + facts_at_, sizeof(found));
    return found;
  }

  /// The sum of squares, in double.
  static double copy_and_square(const float* from, std::int64_t count, float* to) {
    double squares = 0;
#pragma omp simd reduction(+ : squares)
    for (std::int64_t k = 0; k < count; ++k) {
      to[k] = from[k];
      squares += static_cast<double>(from[k]) * static_cast<double>(from[k]);
    }
    return squares;
  }

  double unbiased(double product, double diagonals, double traces) const {
    const auto n = static_cast<double>(probes_);
    return product - n / (n - 2) * diagonals + traces / ((n - 1) * (n - 2));
  }

  /// products: replaced by the unbiased estimates' alignments.
  void debias(const BlockPair& pair, const PairSums& diagonals, PairSums& products) const {
    for (std::int64_t i = 0; i < pair.rows; ++i)
      for (std::int64_t j = 0; j < pair.columns; ++j) {
        const auto k = static_cast<std::size_t>(i * block_runs + j);
        const Facts a = facts(pair.left, i, pair), b = facts(pair.right, j, pair);
        const double own = unbiased(1, a.diagonal, a.trace * a.trace),
                     other = unbiased(1, b.diagonal, b.trace * b.trace);
        // What fp32's rounding of the matrices, of norm 1 here, leaves of an estimate of 0.
        constexpr double rounding = 1e-6;
        products[k] = own > rounding && other > rounding && probes_ > 3
                          ? unbiased(products[k], diagonals[k], a.trace * b.trace) / std::sqrt(own * other)
                          : std::numeric_limits<double>::quiet_NaN();
      }
  }

  Representation representations_[2];
  std::vector<bool> debiased_;  ///< for each metric
  std::int64_t probes_ = 0, triangle_at_ = 0, facts_at_ = 0;
  std::unique_ptr<InnerProducts> inner_;
  std::vector<PairSums> products_, diagonals_;  ///< of each pair of blocks
};

}  // namespace

std::unique_ptr<Comparison> compare_grams(std::span<const Metric> metrics, const Source& left,
                                          const Source& right) {
  return std::make_unique<GramComparison>(metrics, left, right);
}

}  // namespace kindred::compare
