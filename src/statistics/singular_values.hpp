#pragma once

#include <cstdint>
#include <span>

#include "statistics/gram.hpp"
#include "statistics/symmetric_eigenvalues.hpp"

namespace kindred::statistics {

/// Singular values of matrices in host memory: the square roots of the eigenvalues of the Gram matrix of the
/// shorter side, in double. The same bits for the same matrix. Holds scratch memory, about 8 n (n + 512)
/// bytes for the largest n = min(rows, columns) seen.
class SingularValues {
 public:
  /// `matrix`: contiguous, row-major, [rows, columns]; T is float or double.
  /// `out`: min(rows, columns) values, descending. All NaN if an element is not finite.
  ///
  /// Error: rounding moves an eigenvalue λ = σ² by at most δ = c 2^-53 σ₁², c about 2 √n in practice and
  /// taken as 64 in the tests; so σ by at most min(δ / σ, √δ). At c = 64 that is less than a float's rounding
  /// of σ where σ > 4e-4 σ₁, and 9e-8 σ₁ at most: a decomposition of the matrix in float is off by as much.
  template <class T>
  void compute(const T* matrix, std::int64_t rows, std::int64_t columns, std::span<double> out);

 private:
  Gram gram_;
  SymmetricEigenvalues eigenvalues_;
  DoubleBuffer product_;
};

}  // namespace kindred::statistics
