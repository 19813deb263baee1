#pragma once

#include <cstdint>

namespace kindred::statistics {

/// A matrix [rows, columns], contiguous, and where its sums go: columns' ones first, then rows'.
template <class T>
struct SummedMatrix {
  const T* data = nullptr;
  std::int64_t rows = 0, columns = 0;
  double* sums = nullptr;  ///< [columns + rows]; best at the start of a cache line
};

/// All sums of a matrix in one pass of a processor's vectors. Values meet in their own precision in eights,
/// then in double: the error is that of 8 roundings of T, relative to the sum of the absolute values. Not
/// finite where values are not, or meet beyond T's range.
template <class T>
void one_pass_sums(const SummedMatrix<T>& matrix);

}  // namespace kindred::statistics
