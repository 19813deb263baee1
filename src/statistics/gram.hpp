#pragma once

#include <cstdint>

#include "statistics/double_buffer.hpp"

namespace kindred::statistics {

/// The Gram matrix of a matrix's shorter side, in double: of its rows if rows <= columns, else of its
/// columns.
class Gram {
 public:
  /// `matrix`: contiguous, row-major, [rows, columns]; its elements times `scale` are what is multiplied.
  /// `out`: [padded(n), padded(n)], n = min(rows, columns); written are the triangle below the diagonal, the
  /// diagonal, a few elements beside it, and zeros in the rows of the padding.
  template <class T>
  void compute(const T* matrix, std::int64_t rows, std::int64_t columns, double scale, double* out);

 private:
  DoubleBuffer block_;
};

}  // namespace kindred::statistics
