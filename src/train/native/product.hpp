#pragma once

#include <cstdint>

namespace kindred::train::native {

/// C = start + A B, where A [rows, depth] has any strides and B [depth, columns] and C [rows, columns] have
/// rows that are contiguous. The depth may be cut into `runs`, between which A and B jump: so a convolution
/// is a product of an image that is not copied. Each element is one sum in the order of the depth, so its
/// bits depend on nothing else: not on how many rows there are, nor on how a batch is divided when C is the
/// start.
///
/// The rows of B, of C and of the start are read (never written) up to 15 values beyond their end, which must
/// be memory of the process (buffer.hpp).
struct Product {
  std::int64_t rows, columns;
  std::int64_t depth, runs = 1;  ///< terms of one run, and runs

  const float* a;
  std::int64_t a_row, a_step, a_run = 0;  ///< from a row, a term, a run to the next
  const float* b;
  std::int64_t b_step, b_run = 0;
  float* c;
  std::int64_t c_row;

  /// What the sums start from: row i is at start + i * start_row; none: 0.
  const float* start = nullptr;
  std::int64_t start_row = 0;
};

void multiply(const Product& product);

}  // namespace kindred::train::native
