#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compare/subspace_product.hpp"
#include "compare/symmetric_eigenvectors.hpp"
#include "statistics/gram.hpp"
#include "train/native/product.hpp"

namespace kindred::compare {
namespace {

constexpr std::int64_t row_size(std::int64_t size) { return SymmetricEigenvectors::row_size(size); }

/// The canonical directions of two runs, as rows of coordinates in each one's basis, [correlations, basis].
class CanonicalDirections {
 public:
  double compare(const Subspace& a, const Subspace& b) {
    return a.facts.count <= b.facts.count ? decompose(a, b) : decompose(b, a);
  }

 private:
  /// Eigenvectors of the smaller side's Gram matrix are that side's directions; what the product makes of
  /// them is the other side's times the correlations.
  double decompose(const Subspace& smaller, const Subspace& larger) {
    const auto count = smaller.facts.count, other = larger.facts.count;
    const double* cross = product_.compute(smaller, larger);
    const auto stride = row_size(count);
    double* matrix = matrix_.reserve(count * stride);
    double* own = own_.reserve(count * stride);
    multiply_transposed(cross, count, other, matrix);
    correlations_.resize(static_cast<std::size_t>(count));
    if (!eigenvectors_.compute(matrix, correlations_, own)) return std::numeric_limits<double>::quiet_NaN();

    double* partners = partners_.reserve(count * other);
    auto product = at::from_blob(partners, {count, other}, at::kDouble);
    at::mm_out(product, at::from_blob(own, {count, count}, {stride, 1}, at::kDouble),
               at::from_blob(const_cast<double*>(cross), {count, other}, at::kDouble));
    double smallest = 1;
    for (std::int64_t i = 0; i < count; ++i) {
      double squares = 0;
      const double* row = partners + i * other;
#pragma omp simd reduction(+ : squares)
      for (std::int64_t k = 0; k < other; ++k) squares += row[k] * row[k];
      correlations_[static_cast<std::size_t>(i)] = std::sqrt(squares);
      smallest = std::min(smallest, std::sqrt(squares));
    }
    // Rounding would spoil the smallest ones' partners.
    constexpr double well_determined = 1e-4;
    if (smallest < well_determined) orthogonalise(partners, count, other);
    const double mean = weighted_mean(own, stride, smaller),
                 other_mean = weighted_mean(partners, other, larger);
    return std::clamp((mean + other_mean) / 2, 0.0, 1.0);
  }

  /// An orthonormal basis from the row of the largest correlation on has what is left of the others.
  void orthogonalise(double* partners, std::int64_t count, std::int64_t columns) {
    const auto rows = at::from_blob(partners, {count, columns}, at::kDouble);
    const auto order = at::from_blob(correlations_.data(), {count}, at::kDouble).argsort(0, true);
    const auto basis = std::get<0>(at::linalg_qr(rows.index_select(0, order).t().contiguous()));
    rows.index_copy_(0, order, basis.t());
  }

  /// out [count, row_size(count)] = C Cᵀ of C [count, columns].
  void multiply_transposed(const double* c, std::int64_t count, std::int64_t columns, double* out) {
    const auto size = statistics::padded(count), stride = row_size(count);
    double* lower = lower_.reserve(size * size);
    gram_.compute(c, count, columns, 1, lower);
    std::fill(out, out + count * stride, 0.0);
    for (std::int64_t i = 0; i < count; ++i)
      for (std::int64_t j = 0; j <= i; ++j) out[i * stride + j] = out[j * stride + i] = lower[i * size + j];
  }

  /// Σ αᵢ ρᵢ / Σ αᵢ with αᵢ = Σ_j |⟨directionᵢ, projections of neuron j⟩|; the directions' lengths are
  /// brought to 1.
  double weighted_mean(const double* directions, std::int64_t row, const Subspace& run) {
    const auto count = static_cast<std::int64_t>(correlations_.size()), basis = run.facts.count;
    const auto neurons = run.shape->neurons;
    directions_.resize(static_cast<std::size_t>(count * basis));
    on_neurons_.resize(static_cast<std::size_t>(count * neurons + SubspaceShape::tail));
    for (std::int64_t i = 0; i < count; ++i) {
      double squares = 0;
#pragma omp simd reduction(+ : squares)
      for (std::int64_t k = 0; k < basis; ++k) squares += directions[i * row + k] * directions[i * row + k];
      const double factor = 1 / std::sqrt(squares);
      for (std::int64_t k = 0; k < basis; ++k)
        directions_[static_cast<std::size_t>(i * basis + k)] =
            static_cast<float>(factor * directions[i * row + k]);
    }
    train::native::multiply({.rows = count,
                             .columns = neurons,
                             .depth = basis,
                             .a = directions_.data(),
                             .a_row = basis,
                             .a_step = 1,
                             .b = run.row + run.shape->projections_at(),
                             .b_step = neurons,
                             .c = on_neurons_.data(),
                             .c_row = neurons});
    double weights = 0, weighted = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      const float* values = on_neurons_.data() + i * neurons;
      double weight = 0;
#pragma omp simd reduction(+ : weight)
      for (std::int64_t k = 0; k < neurons; ++k) weight += std::fabs(static_cast<double>(values[k]));
      weights += weight;
      weighted += weight * correlations_[static_cast<std::size_t>(i)];
    }
    return weighted / weights;
  }

  SubspaceProduct product_;
  SymmetricEigenvectors eigenvectors_;
  statistics::Gram gram_;
  statistics::DoubleBuffer lower_, matrix_, own_, partners_;
  std::vector<double> correlations_;
  std::vector<float> directions_, on_neurons_;
};

}  // namespace

void pwcca(const BlockPair& pair, const SubspaceShape& left, const SubspaceShape& right, PairSums& out) {
  const c10::InferenceMode guard;
  CanonicalDirections directions;
  for_each_pair(pair, left, right, 1, out,
                [&](const Subspace& a, const Subspace& b) { return directions.compare(a, b); });
}

}  // namespace kindred::compare
