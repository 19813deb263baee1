#include "statistics/tridiagonal.hpp"

#include <algorithm>
#include <cmath>

#include "statistics/double_lanes.hpp"

namespace kindred::statistics {
namespace {

constexpr std::int64_t group_size = 4;  // rows that a pass takes together
constexpr std::int64_t most_changes = 8;

double dot(const double* a, const double* b, std::int64_t size) {
  DoubleLanes sum = 0;
  for (std::int64_t k = 0; k < size; k += double_lanes) sum += load(a + k) * load(b + k);
  return std::experimental::reduce(sum);
}

/// to -= a x + b y
void subtract(double a, const double* x, double b, const double* y, std::int64_t size, double* to) {
  const DoubleLanes first = a, second = b;
  for (std::int64_t k = 0; k < size; k += double_lanes)
    store(load(to + k) - first * load(x + k) - second * load(y + k), to + k);
}

/// Symmetric changes of rank 2 that the matrix does not have yet: minus v wᵀ + w vᵀ of each. Reflections
/// collect some, as writing the matrix for each would take as long as reading it (Dongarra, Sorensen &
/// Hammarling 1989).
struct Changes {
  double *v, *w;  ///< [most_changes, row_size]
  std::int64_t row_size, count = 0;

  /// The row of the matrix up to the diagonal, as it would be.
  void apply_to_row(std::int64_t row, double* values) const {
    for (std::int64_t p = 0; p < count; ++p) {
      const double *vp = v + p * row_size, *wp = w + p * row_size;
      subtract(vp[row], wp, wp[row], vp, padded(row + 1), values);
    }
  }

  /// From the product of the matrix as it is with u, of `size` elements, that of the matrix as it would be.
  void apply_to_product(const double* u, std::int64_t size, double* product) const {
    for (std::int64_t p = 0; p < count; ++p) {
      const double *vp = v + p * row_size, *wp = w + p * row_size;
      subtract(dot(wp, u, padded(size)), vp, dot(vp, u, padded(size)), wp, padded(size), product);
    }
  }
};

/// Multiplies u with rows first .. first + 3 of the lower triangle up to the diagonal block of eight that
/// they are in: rows' products go to `right`, those of their mirror images, the block aside, are added to
/// `mirrored`. Two sums, as a vector loaded from where single elements have just been stored would have to
/// wait for them.
void multiply(const double* matrix, std::int64_t row_size, std::int64_t first, const double* u, double* right,
              double* mirrored) {
  const std::int64_t diagonal = first / double_lanes * double_lanes;
  const double* rows = matrix + first * row_size;
  DoubleLanes sums[group_size], factors[group_size];
#pragma GCC unroll 4
  for (std::int64_t r = 0; r < group_size; ++r) {
    sums[r] = 0;
    factors[r] = u[first + r];
  }
  for (std::int64_t k = 0; k < diagonal; k += double_lanes) {
    const DoubleLanes uk = load(u + k);
    DoubleLanes sum = load(mirrored + k);
#pragma GCC unroll 4
    for (std::int64_t r = 0; r < group_size; ++r) {
      const DoubleLanes element = load(rows + r * row_size + k);
      sums[r] += element * uk;
      sum += element * factors[r];
    }
    store(sum, mirrored + k);
  }
  const DoubleLanes uk = load(u + diagonal);
#pragma GCC unroll 4
  for (std::int64_t r = 0; r < group_size; ++r)
    right[first + r] = std::experimental::reduce(sums[r] + load(rows + r * row_size + diagonal) * uk);
}

/// Makes all changes in four rows of `columns` vectors; two have as many sums as hide an instruction's
/// latency.
template <int columns>
void make_changes(double* rows, std::int64_t first, std::int64_t column, const Changes& changes) {
  DoubleLanes elements[group_size][columns];
#pragma GCC unroll 4
  for (std::int64_t r = 0; r < group_size; ++r)
#pragma GCC unroll 2
    for (int c = 0; c < columns; ++c)
      elements[r][c] = load(rows + r * changes.row_size + column + c * double_lanes);
  for (std::int64_t p = 0; p < changes.count; ++p) {
    const double *v = changes.v + p * changes.row_size, *w = changes.w + p * changes.row_size;
    DoubleLanes vk[columns], wk[columns];
#pragma GCC unroll 2
    for (int c = 0; c < columns; ++c) {
      vk[c] = load(v + column + c * double_lanes);
      wk[c] = load(w + column + c * double_lanes);
    }
#pragma GCC unroll 4
    for (std::int64_t r = 0; r < group_size; ++r) {
      const DoubleLanes vr = v[first + r], wr = w[first + r];
#pragma GCC unroll 2
      for (int c = 0; c < columns; ++c) elements[r][c] = elements[r][c] - vr * wk[c] - wr * vk[c];
    }
  }
#pragma GCC unroll 4
  for (std::int64_t r = 0; r < group_size; ++r)
#pragma GCC unroll 2
    for (int c = 0; c < columns; ++c)
      store(elements[r][c], rows + r * changes.row_size + column + c * double_lanes);
}

/// In rows first .. first + 3 up to their diagonal block.
void make_changes(double* matrix, std::int64_t first, const Changes& changes) {
  const std::int64_t end = padded(first + 1);
  double* const rows = matrix + first * changes.row_size;
  std::int64_t column = 0;
  for (; column + 2 * double_lanes <= end; column += 2 * double_lanes)
    make_changes<2>(rows, first, column, changes);
  if (column < end) make_changes<1>(rows, first, column, changes);
}

}  // namespace

void Tridiagonal::reduce(double* matrix, std::span<double> diagonal, std::span<double> squares) {
  const auto size = static_cast<std::int64_t>(diagonal.size()), row_size = padded(size);
  const std::int64_t vectors = 2 * most_changes + 1;
  double* const mirrored = vectors_.reserve(vectors * row_size);
  std::fill(mirrored, mirrored + vectors * row_size, 0.0);
  Changes changes{mirrored + row_size, mirrored + (1 + most_changes) * row_size, row_size};
  for (std::int64_t i = 0; i < size; ++i)
    for (std::int64_t k = i + 1; k < padded(i + 1); ++k)
      matrix[i * row_size + k] = k < size ? matrix[k * row_size + i] : 0;

  for (std::int64_t i = size - 1; i >= 0; --i) {
    if (changes.count == most_changes) {
      for (std::int64_t first = 0; first <= i; first += group_size) make_changes(matrix, first, changes);
      changes.count = 0;
    }
    double* const row = matrix + i * row_size;
    changes.apply_to_row(i, row);
    diagonal[static_cast<std::size_t>(i)] = row[i];
    if (i == 0) break;
    // The reflection I - u uᵀ / h takes the row to one element, beside the diagonal.
    double* const u = changes.v + changes.count * row_size;
    double* const product = changes.w + changes.count * row_size;
    std::copy_n(row, i, u);
    std::fill(u + i, u + row_size, 0.0);
    const double beside = u[i - 1], square = dot(u, u, padded(i));
    squares[static_cast<std::size_t>(i - 1)] = square;
    const bool reflects = square - beside * beside > 0 && square > negligible;
    if (!reflects) continue;  // the next row stands as it is
    const double root = std::sqrt(square), h = square + std::fabs(beside) * root;
    u[i - 1] += std::copysign(root, beside);
    std::fill(mirrored, mirrored + padded(i), 0.0);
    std::fill(product, product + row_size, 0.0);
    for (std::int64_t first = 0; first < i; first += group_size)
      multiply(matrix, row_size, first, u, product, mirrored);
    for (std::int64_t k = 0; k < padded(i); ++k) product[k] += mirrored[k];
    changes.apply_to_product(u, i, product);
    const double half = dot(u, product, padded(i)) / (2 * h);
    for (std::int64_t k = 0; k < row_size; ++k) product[k] = k < i ? (product[k] - half * u[k]) / h : 0;
    ++changes.count;
  }
}

}  // namespace kindred::statistics
