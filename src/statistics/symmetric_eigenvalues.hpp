#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/tridiagonal.hpp"

namespace kindred::statistics {

/// Eigenvalues alone of a real symmetric matrix: Householder's reduction to a tridiagonal one, then the QL
/// iteration without square roots of Pal, Walker & Kahan (Parlett, The Symmetric Eigenvalue Problem, 8.15).
/// Each has an error of some 2^-52 times the largest absolute one.
class SymmetricEigenvalues {
 public:
  /// `matrix`: [padded(n), padded(n)] row-major, finite, n = out.size(), of which the diagonal and what is
  /// below it count; overwritten. Its largest element should be near 1: squares of elements may not overflow.
  /// `out`: ascending. False when the iteration does not converge.
  bool compute(double* matrix, std::span<double> out);

 private:
  Tridiagonal tridiagonal_;
  std::vector<double> squares_;  ///< of the elements beside the tridiagonal matrix's diagonal
};

}  // namespace kindred::statistics
