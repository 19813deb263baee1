#include "compare/subspace_product.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "train/native/product.hpp"

namespace kindred::compare {

Subspace::Subspace(const float* feature, const SubspaceShape& of) : row(feature), shape(&of) {
  std::memcpy(static_cast<void*>(&facts), row + of.facts_at(), sizeof(facts));
}

const double* SubspaceProduct::compute(const Subspace& a, const Subspace& b) {
  constexpr std::int64_t most_depth = 256;
  const auto rows = a.facts.count, columns = b.facts.count, probes = a.shape->probes;
  const auto size = static_cast<std::size_t>(rows * columns);
  // A product reads beyond the rows of what it writes.
  part_.resize(std::max(part_.size(), size + SubspaceShape::tail));
  double* sums = sums_.reserve(rows * columns);
  std::fill_n(sums, size, 0.0);
  const std::int64_t a_step = a.shape->vectors(), b_step = b.shape->vectors();
  for (std::int64_t first = 0; first < probes; first += most_depth) {
    train::native::multiply({.rows = rows,
                             .columns = columns,
                             .depth = std::min(most_depth, probes - first),
                             .a = a.row + first * a_step,
                             .a_row = 1,
                             .a_step = a_step,
                             .b = b.row + first * b_step,
                             .b_step = b_step,
                             .c = part_.data(),
                             .c_row = columns});
    for (std::size_t k = 0; k < size; ++k) sums[k] += static_cast<double>(part_[k]);
  }
  return sums;
}

double SubspaceProduct::nuclear_norm(const Subspace& a, const Subspace& b) {
  const double* product = compute(a, b);
  singular_values_.resize(static_cast<std::size_t>(std::min(a.facts.count, b.facts.count)));
  decomposition_.compute(product, a.facts.count, b.facts.count, singular_values_);
  return std::accumulate(singular_values_.begin(), singular_values_.end(), 0.0);
}

void procrustes(const BlockPair& pair, const SubspaceShape& left, const SubspaceShape& right, PairSums& out) {
  SubspaceProduct product;
  for_each_pair(pair, left, right, 0, out, [&](const Subspace& a, const Subspace& b) {
    // Not 2: fp32 has rounded the norms, which would show between runs that are almost the same.
    const double squares = a.facts.squares + b.facts.squares;
    return std::sqrt(std::clamp(squares - 2 * product.nuclear_norm(a, b), 0.0, 2.0));
  });
}

void svcca(const BlockPair& pair, const SubspaceShape& left, const SubspaceShape& right, PairSums& out) {
  SubspaceProduct product;
  for_each_pair(pair, left, right, 1, out, [&](const Subspace& a, const Subspace& b) {
    const auto correlations = static_cast<double>(std::min(a.facts.count, b.facts.count));
    return std::clamp(product.nuclear_norm(a, b) / correlations, 0.0, 1.0);
  });
}

}  // namespace kindred::compare
