#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "compare/subspace.hpp"
#include "statistics/singular_values.hpp"

namespace kindred::compare {

/// One run's feature.
struct Subspace {
  Subspace(const float* row, const SubspaceShape& shape);

  const float* row;
  const SubspaceShape* shape;
  SubspaceFacts facts;
};

/// The products of two runs' vectors: fp32 within 256 probes, fp64 across. Every element is one sum in that
/// order, so its bits depend on the two vectors alone.
class SubspaceProduct {
 public:
  /// [a.facts.count, b.facts.count], contiguous, from the start of a cache line on; until the next call.
  const double* compute(const Subspace& a, const Subspace& b);
  /// The sum of the singular values.
  double nuclear_norm(const Subspace& a, const Subspace& b);

 private:
  std::vector<float> part_;
  statistics::DoubleBuffer sums_;
  std::vector<double> singular_values_;
  statistics::SingularValues decomposition_;
};

/// out[i, j] = value(left run, right run) for the pairs that are wanted, `own` on the diagonal, NaN beside
/// rows of zeros.
template <class Value>
void for_each_pair(const BlockPair& pair, const SubspaceShape& left, const SubspaceShape& right, double own,
                   PairSums& out, Value value) {
  out.fill(0);
  for (std::int64_t i = 0; i < pair.rows; ++i) {
    const Subspace a(pair.left + i * pair.stride, left);
    for (std::int64_t j = pair.diagonal ? i : 0; j < pair.columns; ++j) {
      const Subspace b(pair.right + j * pair.stride, right);
      out[static_cast<std::size_t>(i * block_runs + j)] = a.facts.count == 0 || b.facts.count == 0
                                                              ? std::numeric_limits<double>::quiet_NaN()
                                                          : pair.diagonal && i == j ? own
                                                                                    : value(a, b);
    }
  }
}

}  // namespace kindred::compare
