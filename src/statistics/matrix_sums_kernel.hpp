#pragma once

#include <Kokkos_Core.hpp>

#include "statistics/one_pass_sums.hpp"

namespace kindred::statistics {

/// Sum i of a matrix: of a column, or of a row. In double, without non-finite values.
template <class Space, class T>
struct EachSum {
  using execution_space = Space;
  SummedMatrix<T> matrix;

  KOKKOS_INLINE_FUNCTION void operator()(std::int64_t i) const {
    const bool column = i < matrix.columns;
    const T* value = matrix.data + (column ? i : (i - matrix.columns) * matrix.columns);
    const std::int64_t count = column ? matrix.rows : matrix.columns, stride = column ? matrix.columns : 1;
    double sum = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const double v = value[k * stride];
      if (v - v == 0) sum += v;
    }
    matrix.sums[i] = sum;
  }
};

}  // namespace kindred::statistics
