#include "compare/symmetric_eigenvectors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "statistics/double_lanes.hpp"

namespace kindred::compare {
namespace {

using statistics::double_lanes;
using statistics::DoubleLanes;
using statistics::load;
using statistics::padded;
using statistics::store;

double dot(const double* a, const double* b, std::int64_t size) {
  DoubleLanes sum = 0;
  for (std::int64_t k = 0; k < size; k += double_lanes) sum += load(a + k) * load(b + k);
  return std::experimental::reduce(sum);
}

/// Rows first .. first + R - 1 less v wᵀ + w vᵀ, and their products with u, in one pass over the memory.
template <int R>
void update_and_multiply(double* matrix, std::int64_t stride, std::int64_t first, std::int64_t columns,
                         const double* v, const double* w, const double* u, double* product) {
  double* rows = matrix + first * stride;
  DoubleLanes sums[R];
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) sums[r] = 0;
  for (std::int64_t k = 0; k < columns; k += double_lanes) {
    const DoubleLanes vk = load(v + k), wk = load(w + k), uk = load(u + k);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) {
      const DoubleLanes element = load(rows + r * stride + k) - v[first + r] * wk - w[first + r] * vk;
      store(element, rows + r * stride + k);
      sums[r] += element * uk;
    }
  }
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) product[first + r] = std::experimental::reduce(sums[r]);
}

/// R rows times I - u uᵀ / height.
template <int R>
void reflect(double* rows, std::int64_t stride, std::int64_t columns, const double* u, double height) {
  DoubleLanes sums[R];
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) sums[r] = 0;
  for (std::int64_t k = 0; k < columns; k += double_lanes) {
    const DoubleLanes uk = load(u + k);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) sums[r] += load(rows + r * stride + k) * uk;
  }
#pragma GCC unroll 4
  for (int r = 0; r < R; ++r) sums[r] = std::experimental::reduce(sums[r]) / height;
  for (std::int64_t k = 0; k < columns; k += double_lanes) {
    const DoubleLanes uk = load(u + k);
#pragma GCC unroll 4
    for (int r = 0; r < R; ++r) store(load(rows + r * stride + k) - sums[r] * uk, rows + r * stride + k);
  }
}

/// Eight columns N times: mixes the rows last - 1 and last by the first rotation, the one before and last - 1
/// by the second, and so on.
template <int N, class Rotation>
void rotate(double* rows, std::int64_t stride, std::int64_t last, const std::vector<Rotation>& rotations) {
  DoubleLanes carried[N];
#pragma GCC unroll 4
  for (int n = 0; n < N; ++n) carried[n] = load(rows + last * stride + n * double_lanes);
  double* row = rows + last * stride;
  for (const auto [cosine, sine] : rotations) {
    const double* before = row - stride;
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n) {
      const DoubleLanes x = load(before + n * double_lanes);
      store(sine * x + cosine * carried[n], row + n * double_lanes);
      carried[n] = cosine * x - sine * carried[n];
    }
    row -= stride;
  }
#pragma GCC unroll 4
  for (int n = 0; n < N; ++n) store(carried[n], row + n * double_lanes);
}

}  // namespace

/// Leaves the reflections' vectors u in the rows: reflection i in the first i elements of row i.
void SymmetricEigenvectors::reduce(double* matrix, std::span<double> diagonal) {
  const auto size = static_cast<std::int64_t>(diagonal.size()), stride = row_size(size);
  double* v = scratch_.reserve(4 * stride);
  double *w = v + stride, *u = w + stride, *product = u + stride;
  std::fill(v, v + 4 * stride, 0.0);
  for (std::int64_t i = size - 1; i >= 0; --i) {
    double* row = matrix + i * stride;
    for (std::int64_t k = 0; k <= i; ++k) row[k] -= v[i] * w[k] + w[i] * v[k];
    diagonal[static_cast<std::size_t>(i)] = row[i];
    if (i == 0) break;
    std::copy_n(row, i, u);
    std::fill(u + i, u + stride, 0.0);
    const double beside = u[i - 1], square = dot(u, u, padded(i));
    const double root = std::copysign(std::sqrt(square), beside);
    const bool reflects = square - beside * beside > 0 && square > std::numeric_limits<double>::min();
    const double height = reflects ? square + beside * root : 0;
    if (reflects)
      u[i - 1] += root;
    else
      std::fill(u, u + i, 0.0);
    beside_[static_cast<std::size_t>(i - 1)] = reflects ? -root : beside;
    heights_[static_cast<std::size_t>(i)] = height;
    std::int64_t k = 0;
    for (; k + 4 <= i; k += 4) update_and_multiply<4>(matrix, stride, k, padded(i), v, w, u, product);
    for (; k < i; ++k) update_and_multiply<1>(matrix, stride, k, padded(i), v, w, u, product);
    std::copy_n(u, i, row);
    std::fill(product + i, product + stride, 0.0);
    const double half = reflects ? dot(u, product, padded(i)) / (2 * height) : 0;
    for (k = 0; k < stride; ++k) product[k] = reflects ? (product[k] - half * u[k]) / height : 0;
    std::swap(v, u);
    std::swap(w, product);
  }
}

/// The product of the reflections 1, 2, ... in this order: number i changes i rows and columns.
void SymmetricEigenvectors::accumulate(const double* matrix, std::int64_t size, double* vectors) {
  const auto stride = row_size(size);
  double* u = scratch_.reserve(4 * stride);
  std::fill(u, u + stride, 0.0);
  std::fill(vectors, vectors + size * stride, 0.0);
  for (std::int64_t i = 0; i < size; ++i) vectors[i * stride + i] = 1;
  for (std::int64_t i = 1; i < size; ++i) {
    const double height = heights_[static_cast<std::size_t>(i)];
    if (height == 0) continue;
    std::copy_n(matrix + i * stride, i, u);
    std::int64_t r = 0;
    for (; r + 4 <= i; r += 4) reflect<4>(vectors + r * stride, stride, padded(i), u, height);
    for (; r < i; ++r) reflect<1>(vectors + r * stride, stride, padded(i), u, height);
  }
}

bool SymmetricEigenvectors::iterate(std::span<double> diagonal, double* vectors) {
  constexpr int most_sweeps = 60;  // for one eigenvalue; three or fewer are usual
  const std::size_t size = diagonal.size();
  const auto stride = row_size(static_cast<std::int64_t>(size));
  const auto columns = padded(static_cast<std::int64_t>(size));
  double largest = 0;
  for (std::size_t i = 0; i < size; ++i)
    largest = std::max({largest, std::fabs(diagonal[i]), std::fabs(beside_[i])});
  const double enough = std::numeric_limits<double>::epsilon() * largest;
  for (std::size_t first = 0; first < size; ++first)
    for (int sweeps = 0;; ++sweeps) {
      std::size_t last = first;
      while (last + 1 < size && std::fabs(beside_[last]) > enough) ++last;
      if (last == first) break;
      if (sweeps == most_sweeps) return false;

      // With Wilkinson's shift, of the first two; a bulge is chased from the last up to the first.
      const double slope = (diagonal[first + 1] - diagonal[first]) / (2 * beside_[first]);
      const double shift =
          diagonal[first] - beside_[first] / (slope + std::copysign(std::hypot(slope, 1.0), slope));
      double cosine = 1, sine = 1, bulge = diagonal[last] - shift, moved = 0;
      rotations_.clear();
      for (std::size_t i = last; i-- > first;) {
        const double across = sine * beside_[i], along = cosine * beside_[i];
        const double length = std::sqrt(across * across + bulge * bulge);
        if (i + 1 < last) beside_[i + 1] = length;
        // A length of 0 leaves a matrix that is already in two parts: any rotation will do.
        const double inverse = 1 / length;
        sine = length > 0 ? across * inverse : 0;
        cosine = length > 0 ? bulge * inverse : 1;
        const double rest = diagonal[i + 1] - moved;
        const double turned = (diagonal[i] - rest) * sine + 2 * cosine * along;
        moved = sine * turned;
        diagonal[i + 1] = rest + moved;
        bulge = cosine * turned - along;
        rotations_.push_back({cosine, sine});
      }
      diagonal[first] -= moved;
      beside_[first] = bulge;
      std::int64_t column = 0;
      const auto end = static_cast<std::int64_t>(last);
      for (; column + 4 * double_lanes <= columns; column += 4 * double_lanes)
        rotate<4>(vectors + column, stride, end, rotations_);
      for (; column < columns; column += double_lanes) rotate<1>(vectors + column, stride, end, rotations_);
    }
  return true;
}

bool SymmetricEigenvectors::compute(double* matrix, std::span<double> values, double* vectors) {
  beside_.assign(values.size(), 0);
  heights_.assign(values.size(), 0);
  reduce(matrix, values);
  accumulate(matrix, static_cast<std::int64_t>(values.size()), vectors);
  return iterate(values, vectors);
}

}  // namespace kindred::compare
