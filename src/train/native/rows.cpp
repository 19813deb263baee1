#include "train/native/rows.hpp"

#include <cstring>
#include <utility>

#include "train/native/product.hpp"

namespace kindred::train::native {
namespace {

constexpr int block = 16;
using Row = float __attribute__((vector_size(block * sizeof(float))));

/// Swaps the blocks beside the diagonal of every 2 Size x 2 Size block.
template <int Size, int... I>
[[gnu::always_inline]] inline void swap_blocks(Row (&rows)[block], std::integer_sequence<int, I...>) {
#pragma GCC unroll 16
  for (int i = 0; i < block; ++i) {
    if (i & Size) continue;
    const Row upper = rows[i], lower = rows[i + Size];
    rows[i] = __builtin_shufflevector(upper, lower, (I & Size ? I - Size + block : I)...);
    rows[i + Size] = __builtin_shufflevector(upper, lower, (I & Size ? I + block : I + Size)...);
  }
}

void transpose_block(const float* x, std::int64_t x_row, float* out, std::int64_t out_row) {
  constexpr auto lanes = std::make_integer_sequence<int, block>();
  Row rows[block];
#pragma GCC unroll 16
  for (int i = 0; i < block; ++i) std::memcpy(&rows[i], x + i * x_row, sizeof(Row));
  swap_blocks<8>(rows, lanes);
  swap_blocks<4>(rows, lanes);
  swap_blocks<2>(rows, lanes);
  swap_blocks<1>(rows, lanes);
#pragma GCC unroll 16
  for (int i = 0; i < block; ++i) std::memcpy(out + i * out_row, &rows[i], sizeof(Row));
}

}  // namespace

void add_rows(const float* x, std::int64_t rows, std::int64_t columns, float* sums, std::int64_t stride) {
  const float one = 1;
  multiply({.rows = 1,
            .columns = columns,
            .depth = rows,
            .a = &one,
            .a_row = 0,
            .a_step = 0,
            .b = x,
            .b_step = stride,
            .c = sums,
            .c_row = columns,
            .start = sums});
}

void transpose(const float* x, std::int64_t x_row, std::int64_t rows, std::int64_t columns, float* out,
               std::int64_t out_row) {
  std::int64_t j = 0;
  for (; j + block <= columns; j += block) {
    std::int64_t i = 0;
    for (; i + block <= rows; i += block)
      transpose_block(x + i * x_row + j, x_row, out + j * out_row + i, out_row);
    for (; i < rows; ++i)
      for (int k = 0; k < block; ++k) out[(j + k) * out_row + i] = x[i * x_row + j + k];
  }
  for (; j < columns; ++j)
    for (std::int64_t i = 0; i < rows; ++i) out[j * out_row + i] = x[i * x_row + j];
}

}  // namespace kindred::train::native
