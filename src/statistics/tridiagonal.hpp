#pragma once

#include <span>

#include "statistics/double_buffer.hpp"

namespace kindred::statistics {

/// Householder's reduction of a real symmetric matrix to a tridiagonal one of the same eigenvalues.
class Tridiagonal {
 public:
  /// A square this small is as good as 0 beside elements near 1.
  static constexpr double negligible = 1e-200;
  /// `matrix`: [padded(n), padded(n)] row-major, n = diagonal.size(), of which the diagonal and what is below
  /// it count; overwritten. squares: [n - 1], of the elements beside the diagonal.
  void reduce(double* matrix, std::span<double> diagonal, std::span<double> squares);

 private:
  DoubleBuffer vectors_;
};

}  // namespace kindred::statistics
