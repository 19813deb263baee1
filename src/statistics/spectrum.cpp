#include "statistics/spectrum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.hpp"
#include "statistics/power_law.hpp"

namespace kindred::statistics {
namespace {

constexpr std::size_t fewest_eigenvalues = 50;  // fewer say nothing of a tail
constexpr double least_eigenvalue = 1e-5;       // WeightWatcher's: smaller ones do not enter the fit

double squares_over_first(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value / values[0] * (value / values[0]);
  return sum;
}

double entropy(std::span<const double> values) {
  double total = 0, sum = 0;
  for (const double value : values) total += value / values[0];
  for (const double value : values) {
    const double share = value / values[0] / total;
    if (share > 0) sum -= share * std::log(share);
  }
  return sum;
}

/// Of the eigenvalues that enter the fit, ascending.
std::vector<double> logarithms_of_eigenvalues(std::span<const double> values) {
  const double rounding = static_cast<double>(values.size()) * std::numeric_limits<double>::epsilon();
  const double least = std::max(std::sqrt(least_eigenvalue), std::sqrt(rounding) * values[0]);
  std::vector<double> logarithms;
  for (std::size_t i = values.size(); i-- > 0;)
    if (values[i] > least) logarithms.push_back(2 * std::log(values[i]));
  return logarithms;
}

}  // namespace

SpectralRow spectrum(std::span<const double> values) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (values.empty()) return {none, none, none, none, none, none};
  for (const double value : values)
    if (!std::isfinite(value)) return {none, none, none, none, none, none};
  const double norm = values[0];
  if (norm == 0) return {0, 0, none, none, none, none};
  const double stable_rank = squares_over_first(values);
  SpectralRow row{norm, norm * std::sqrt(stable_rank), stable_rank, std::exp(entropy(values)), none, none};
  const auto logarithms = logarithms_of_eigenvalues(values);
  if (logarithms.size() < fewest_eigenvalues) return row;
  const PowerLaw fit = fit_power_law(logarithms);
  row[4] = fit.alpha;
  row[5] = fit.distance;
  return row;
}

}  // namespace kindred::statistics
