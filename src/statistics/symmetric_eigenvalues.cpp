#include "statistics/symmetric_eigenvalues.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kindred::statistics {
namespace {

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
    const bool turned = p < Tridiagonal::negligible;  // by a right angle: the cosine is 0
    // gamma times r: the next p then waits for one division, of products, and not for two in a row.
    const double numerator = p * (diagonal[i] - shift) - square * last_gamma;
    cosine = p / r;
    sine = square / r;
    gamma = numerator / r;
    diagonal[i + 1] = last_gamma + (diagonal[i] - gamma);
    p = turned ? last_cosine * square : numerator * numerator / (r * p);
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

bool SymmetricEigenvalues::compute(double* matrix, std::span<double> out) {
  if (squares_.size() < out.size()) squares_.resize(out.size());
  tridiagonal_.reduce(matrix, out, squares_);
  const bool converged = iterate(out.data(), squares_.data(), static_cast<std::int64_t>(out.size()));
  std::sort(out.begin(), out.end());
  return converged;
}

}  // namespace kindred::statistics
