#pragma once

#include <cstddef>
#include <span>

namespace kindred::statistics {

/// Values x >= minimum with the density (alpha - 1) / minimum (x / minimum)^-alpha, and how far off they are.
struct PowerLaw {
  double alpha;
  double minimum;
  double distance;     ///< Kolmogorov-Smirnov
  std::size_t values;  ///< from `minimum` on
};

/// The power law that fits the upper tail of some values best (Clauset, Shalizi & Newman 2009), from their
/// logarithms, ascending: each value but the last is tried as the minimum, with the likeliest exponent
/// 1 + n / Σ ln(x_i / minimum) for the n values from it on; the one of least distance wins, the first among
/// equals. As WeightWatcher has it, the distance is taken before the steps of the empirical distribution
/// alone, max |F(x_i) - i / n|, i = 0..n-1. NaN, with no values, where none differs from another. O(n²).
PowerLaw fit_power_law(std::span<const double> logarithms);

}  // namespace kindred::statistics
