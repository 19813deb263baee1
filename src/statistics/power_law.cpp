#include "statistics/power_law.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace kindred::statistics {
namespace {

/// max |F(x_i) - i / n| of the tail with the decay alpha - 1, or the first one met that is not below `bound`.
double distance(std::span<const double> tail, double decay, double bound) {
  const auto n = static_cast<double>(tail.size());
  double largest = 0;
  for (std::size_t i = 0; i < tail.size() && largest < bound; ++i) {
    const double above = std::exp(-decay * (tail[i] - tail[0]));
    largest = std::max(largest, std::fabs(1 - above - static_cast<double>(i) / n));
  }
  return largest;
}

}  // namespace

PowerLaw fit_power_law(std::span<const double> logarithms) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  PowerLaw best{none, none, none, 0};
  const std::size_t size = logarithms.size();
  if (size < 2) return best;
  // Σ ln(x_i / minimum) grows from the end by terms that are never negative: nothing cancels.
  std::vector<double> sums(size);
  for (std::size_t i = size - 1; i > 0; --i)
    sums[i - 1] = sums[i] + static_cast<double>(size - i) * (logarithms[i] - logarithms[i - 1]);
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i + 1 < size; ++i) {
    const auto tail = logarithms.subspan(i);
    const double decay = static_cast<double>(tail.size()) / sums[i];
    if (!std::isfinite(decay)) break;
    const double found = distance(tail, decay, least);
    if (found < least) {
      least = found;
      best = {1 + decay, std::exp(tail[0]), found, tail.size()};
    }
  }
  return best;
}

}  // namespace kindred::statistics
