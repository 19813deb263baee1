#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "statistics/describe.hpp"

namespace kindred::statistics {

std::vector<double> histogram_edges(const DescribeOptions& options) {
  const double low = options.histogram_low, high = options.histogram_high;
  const auto bins = static_cast<double>(options.histogram_bins);
  KINDRED_VALIDATE(options.histogram_bins >= 1 && options.histogram_bins <= std::int64_t{1} << 24,
                   usage_error("{} histogram bins (no histogram) set record.histogram_bins to 1 .. 16777216",
                               options.histogram_bins));
  KINDRED_VALIDATE(
      low < high && std::isfinite(bins * (high - low)) && std::isfinite(bins / (high - low)),
      usage_error("histogram range [{}, {}] (not an interval) set record.histogram_range to two finite "
                  "numbers, the lower one first",
                  low, high));
  std::vector<double> edges = {-std::numeric_limits<double>::infinity()};
  for (std::int64_t i = 0; i < options.histogram_bins; ++i)
    edges.push_back(std::min(low + static_cast<double>(i) * (high - low) / bins, high));
  edges.push_back(high);
  return edges;
}

std::vector<double> quantile_probabilities(const DescribeOptions& options) {
  KINDRED_VALIDATE(options.quantiles >= 2,
                   usage_error("{} quantiles (they begin at the minimum and end at the maximum) set "
                               "record.quantiles to 2 or more",
                               options.quantiles));
  std::vector<double> probabilities;
  for (std::int64_t i = 0; i < options.quantiles; ++i)
    probabilities.push_back(static_cast<double>(i) / static_cast<double>(options.quantiles - 1));
  return probabilities;
}

}  // namespace kindred::statistics
