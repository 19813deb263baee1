#include "statistics/symmetric_eigenvalues.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "statistics/double_lanes.hpp"

namespace kindred::statistics {
namespace {

constexpr std::int64_t group_size = 4;  // rows that a pass takes together
constexpr double negligible = 1e-200;   // a square this small is as good as 0 beside elements near 1

double dot(const double* a, const double* b, std::int64_t size) {
  DoubleLanes sum = 0;
  for (std::int64_t k = 0; k < size; k += double_lanes) sum += load(a + k) * load(b + k);
  return std::experimental::reduce(sum);
}

/// A symmetric change of rank 2: minus v wᵀ + w vᵀ.
struct Update {
  const double *v, *w;
};

/// Updates rows first .. first + 3 of the lower triangle up to the diagonal block of eight that they are in,
/// and multiplies u with what is now there: rows' products go to `right`, those of their mirror images, the
/// block aside, are added to `mirrored`. One pass over the memory does all; two sums, as a vector loaded from
/// where single elements have just been stored would have to wait for them.
void update_and_multiply(double* matrix, std::int64_t row_size, std::int64_t first, const Update update,
                         const double* u, double* right, double* mirrored) {
  const std::int64_t diagonal = first / double_lanes * double_lanes;
  double* rows = matrix + first * row_size;
  DoubleLanes sums[group_size], v[group_size], w[group_size], factors[group_size];
#pragma GCC unroll 4
  for (std::int64_t r = 0; r < group_size; ++r) {
    sums[r] = 0;
    v[r] = update.v[first + r];
    w[r] = update.w[first + r];
    factors[r] = u[first + r];
  }
  for (std::int64_t k = 0; k < diagonal; k += double_lanes) {
    const DoubleLanes vk = load(update.v + k), wk = load(update.w + k), uk = load(u + k);
    DoubleLanes sum = load(mirrored + k);
#pragma GCC unroll 4
    for (std::int64_t r = 0; r < group_size; ++r) {
      const DoubleLanes element = load(rows + r * row_size + k) - v[r] * wk - w[r] * vk;
      store(element, rows + r * row_size + k);
      sums[r] += element * uk;
      sum += element * factors[r];
    }
    store(sum, mirrored + k);
  }
  const DoubleLanes vk = load(update.v + diagonal), wk = load(update.w + diagonal), uk = load(u + diagonal);
#pragma GCC unroll 4
  for (std::int64_t r = 0; r < group_size; ++r) {
    const DoubleLanes element = load(rows + r * row_size + diagonal) - v[r] * wk - w[r] * vk;
    store(element, rows + r * row_size + diagonal);
    right[first + r] = std::experimental::reduce(sums[r] + element * uk);
  }
}

/// One sweep of QL from `last` up to `first` with a shift from the first two; squares of a tridiagonal
/// matrix's elements beside the diagonal stand in for them.
void sweep(double* diagonal, double* squares, std::int64_t first, std::int64_t last) {
  const double root = std::sqrt(squares[first]);
  const double slope = (diagonal[first + 1] - diagonal[first]) / (2 * root);
  const double shift = diagonal[first] - root / (slope + std::copysign(std::hypot(slope, 1.0), slope));
  double cosine = 1, sine = 0, gamma = diagonal[last] - shift, p = gamma * gamma;
  for (std::int64_t i = last - 1; i >= first; --i) {
    const double square = squares[i], r = p + square;
    if (i + 1 < last) squares[i + 1] = sine * r;
    const double last_cosine = cosine, last_gamma = gamma;
    const bool turned = p < negligible;  // by a right angle: the cosine is 0
    const double secant = r / p;         // beside the cosine, not after it: divisions are what takes the time
    cosine = p / r;
    sine = square / r;
    gamma = cosine * (diagonal[i] - shift) - sine * last_gamma;
    diagonal[i + 1] = last_gamma + (diagonal[i] - gamma);
    p = turned ? last_cosine * square : gamma * gamma * secant;
  }
  squares[first] = sine * p;
  diagonal[first] = shift + gamma;
}

bool iterate(double* diagonal, double* squares, std::int64_t size) {
  constexpr int most_sweeps = 60;  // for one eigenvalue; three or fewer are usual
  double largest = 0;
  for (std::int64_t i = 0; i < size; ++i)
    largest = std::max({largest, std::fabs(diagonal[i]), i + 1 < size ? std::sqrt(squares[i]) : 0.0});
  const double bound = std::numeric_limits<double>::epsilon() * largest, enough = bound * bound;
  for (std::int64_t first = 0; first < size; ++first) {
    for (int sweeps = 0;; ++sweeps) {
      std::int64_t last = first;
      while (last + 1 < size && squares[last] > enough) ++last;
      if (last == first) break;
      if (sweeps == most_sweeps) return false;
      sweep(diagonal, squares, first, last);
    }
  }
  return true;
}

}  // namespace

void SymmetricEigenvalues::reduce(double* matrix, std::span<double> diagonal) {
  const auto size = static_cast<std::int64_t>(diagonal.size()), row_size = padded(size);
  double* v = vectors_.reserve(5 * row_size);
  double *w = v + row_size, *u = w + row_size, *product = u + row_size, *mirrored = product + row_size;
  std::fill(v, v + 5 * row_size, 0.0);
  for (std::int64_t i = 0; i < size; ++i)
    for (std::int64_t k = i + 1; k < padded(i + 1); ++k)
      matrix[i * row_size + k] = k < size ? matrix[k * row_size + i] : 0;

  for (std::int64_t i = size - 1; i >= 0; --i) {
    double* row = matrix + i * row_size;
    for (std::int64_t k = 0; k <= i; ++k) row[k] -= v[i] * w[k] + w[i] * v[k];
    diagonal[static_cast<std::size_t>(i)] = row[i];
    if (i == 0) break;
    // The reflection I - u uᵀ / h takes the row to one element, beside the diagonal.
    std::copy_n(row, i, u);
    std::fill(u + i, u + row_size, 0.0);
    const double beside = u[i - 1], square = dot(u, u, padded(i));
    squares_[static_cast<std::size_t>(i - 1)] = square;
    const bool reflects = square - beside * beside > 0 && square > negligible;
    const double root = std::sqrt(square), h = square + std::fabs(beside) * root;
    if (reflects)
      u[i - 1] += std::copysign(root, beside);
    else
      std::fill(u, u + i, 0.0);
    std::fill(mirrored, mirrored + padded(i), 0.0);
    for (std::int64_t first = 0; first < i; first += group_size)
      update_and_multiply(matrix, row_size, first, {v, w}, u, product, mirrored);
    for (std::int64_t k = 0; k < i; ++k) product[k] += mirrored[k];
    const double half = reflects ? dot(u, product, padded(i)) / (2 * h) : 0;
    for (std::int64_t k = 0; k < row_size; ++k)
      product[k] = reflects && k < i ? (product[k] - half * u[k]) / h : 0;
    std::swap(v, u);
    std::swap(w, product);
  }
}

bool SymmetricEigenvalues::compute(double* matrix, std::span<double> out) {
  if (squares_.size() < out.size()) squares_.resize(out.size());
  reduce(matrix, out);
  const bool converged = iterate(out.data(), squares_.data(), static_cast<std::int64_t>(out.size()));
  std::sort(out.begin(), out.end());
  return converged;
}

}  // namespace kindred::statistics
