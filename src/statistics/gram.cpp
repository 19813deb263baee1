#include "statistics/gram.hpp"

#include <algorithm>

#include "statistics/double_lanes.hpp"

namespace kindred::statistics {
namespace {

constexpr std::int64_t tile_size = 4;     // rows of one operand whose products with as many stay in registers
constexpr std::int64_t most_depth = 512;  // two tiles' rows of a block fit the first cache
constexpr std::int64_t panel_size = 64;   // and a panel's rows the second

/// out[i, k] = scale times element first + k of the longer side and i of the shorter, k < depth; zeros up to
/// padded(depth) and in the rows of the padding.
template <class T>
void copy_part(const T* matrix, std::int64_t rows, std::int64_t columns, double scale, std::int64_t first,
               std::int64_t depth, double* out) {
  const std::int64_t size = std::min(rows, columns), stride = padded(depth);
  std::fill(out, out + padded(size) * stride, 0.0);
  for (std::int64_t i = 0; i < size; ++i) {
    double* to = out + i * stride;
    if (rows <= columns) {
      const T* from = matrix + i * columns + first;
      for (std::int64_t k = 0; k < depth; ++k) to[k] = scale * static_cast<double>(from[k]);
    } else {
      const T* from = matrix + first * columns + i;
      for (std::int64_t k = 0; k < depth; ++k) to[k] = scale * static_cast<double>(from[k * columns]);
    }
  }
}

/// Adds to a tile of `out` the products of the rows at `a` with those at `b`.
void add_tile(const double* a, const double* b, std::int64_t depth, double* out, std::int64_t out_row) {
  DoubleLanes sums[tile_size][tile_size];
#pragma GCC unroll 4
  for (auto& row : sums)
#pragma GCC unroll 4
    for (auto& sum : row) sum = 0;
  for (std::int64_t k = 0; k < depth; k += double_lanes) {
    DoubleLanes right[tile_size];
#pragma GCC unroll 4
    for (std::int64_t j = 0; j < tile_size; ++j) right[j] = load(b + j * depth + k);
#pragma GCC unroll 4
    for (std::int64_t i = 0; i < tile_size; ++i) {
      const DoubleLanes left = load(a + i * depth + k);
#pragma GCC unroll 4
      for (std::int64_t j = 0; j < tile_size; ++j) sums[i][j] += left * right[j];
    }
  }
#pragma GCC unroll 4
  for (std::int64_t i = 0; i < tile_size; ++i)
#pragma GCC unroll 4
    for (std::int64_t j = 0; j < tile_size; ++j)
      out[i * out_row + j] += std::experimental::reduce(sums[i][j]);
}

}  // namespace

template <class T>
void Gram::compute(const T* matrix, std::int64_t rows, std::int64_t columns, double scale, double* out) {
  const std::int64_t size = padded(std::min(rows, columns)), depth = std::max(rows, columns);
  double* operand = block_.reserve(size * padded(std::min(depth, most_depth)));
  std::fill(out, out + size * size, 0.0);
  const std::int64_t parts = (depth + most_depth - 1) / most_depth;
  for (std::int64_t part = 0; part < parts; ++part) {
    const std::int64_t first = depth * part / parts, width = depth * (part + 1) / parts - first;
    const std::int64_t stride = padded(width);
    copy_part(matrix, rows, columns, scale, first, width, operand);
    for (std::int64_t panel = 0; panel < size; panel += panel_size)
      for (std::int64_t i = panel; i < size; i += tile_size)
        for (std::int64_t j = panel; j <= i && j < panel + panel_size; j += tile_size)
          add_tile(operand + i * stride, operand + j * stride, stride, out + i * size + j, size);
  }
}

template void Gram::compute(const float*, std::int64_t, std::int64_t, double, double*);
template void Gram::compute(const double*, std::int64_t, std::int64_t, double, double*);

}  // namespace kindred::statistics
