#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/double_buffer.hpp"

namespace kindred::compare {

/// Eigenvalues and eigenvectors of a real symmetric matrix: Householder's reduction to a tridiagonal one,
/// then the implicit QL iteration, of which a whole sweep's rotations are applied at once (Parlett, The
/// Symmetric Eigenvalue Problem, 7 and 8). Errors are some 2^-52 times the largest absolute eigenvalue. The
/// same bits for the same matrix.
class SymmetricEigenvectors {
 public:
  /// Elements from a row of `matrix` or `vectors` to the next: an odd number of cache lines, as a power of
  /// two would have a column's elements compete for few places in the first cache.
  static constexpr std::int64_t row_size(std::int64_t size) {
    constexpr auto line = statistics::double_lanes;
    return (statistics::padded(size) / line | 1) * line;
  }

  /// `matrix`: [n, row_size(n)] row-major, symmetric, finite, n = values.size(), zeros in the padding;
  /// overwritten. Its largest element should be near 1: squares of elements may not overflow.
  /// `vectors`: [n, row_size(n)]; row i belongs to values[i], in no order; zeros in the padding.
  /// False when the iteration does not converge.
  bool compute(double* matrix, std::span<double> values, double* vectors);

 private:
  void reduce(double* matrix, std::span<double> diagonal);
  void accumulate(const double* matrix, std::int64_t size, double* vectors);
  bool iterate(std::span<double> diagonal, double* vectors);

  struct Rotation {
    double cosine, sine;
  };
  statistics::DoubleBuffer scratch_;
  std::vector<double> beside_;   ///< [i]: the tridiagonal matrix's element (i, i + 1)
  std::vector<double> heights_;  ///< of reflection i, I - u uᵀ / h; 0: none
  std::vector<Rotation> rotations_;
};

}  // namespace kindred::compare
