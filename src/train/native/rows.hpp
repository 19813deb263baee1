#pragma once

#include <cstdint>

namespace kindred::train::native {

/// sums[j] += the sum over i of x[i, j], in their order; x [rows, columns] with `stride` from row to row.
void add_rows(const float* x, std::int64_t rows, std::int64_t columns, float* sums, std::int64_t stride);
inline void add_rows(const float* x, std::int64_t rows, std::int64_t columns, float* sums) {
  add_rows(x, rows, columns, sums, columns);
}

/// out [columns, rows] = x [rows, columns] transposed, with `x_row` and `out_row` from row to row.
void transpose(const float* x, std::int64_t x_row, std::int64_t rows, std::int64_t columns, float* out,
               std::int64_t out_row);

}  // namespace kindred::train::native
