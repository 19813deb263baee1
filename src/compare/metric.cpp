#include "compare/metric.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "core/error.hpp"

namespace kindred::compare {
namespace {

constexpr std::array<Metric, 3> table = {{
    {"wasserstein", "distance",
     "exact 1-D Wasserstein-1 distance between the two sets of weights: the mean of |a_i - b_i| over both "
     "sorted",
     0, std::numeric_limits<double>::infinity(), Subject::sorted_weights, Pairing::mean_absolute_difference},
    {"cosine", "similarity", "cosine of the angle between the flat weights", -1, 1, Subject::weights,
     Pairing::normalised_product},
    {"cka", "similarity",
     "linear centred kernel alignment of the representations of the probe images (Kornblith et al. 2019)", 0,
     1, Subject::gram, Pairing::normalised_product},
}};

}  // namespace

std::span<const Metric> metrics() { return table; }

std::vector<std::string> split_names(const std::string& names) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= names.size();) {
    const auto end = std::min(names.find(',', start), names.size());
    parts.push_back(names.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

bool is_metric_set(const std::string& names) { return names == "fast" || names == "all"; }

std::vector<Metric> choose_metrics(const std::string& names) {
  if (is_metric_set(names)) return {table.begin(), table.end()};
  const auto wanted = split_names(names);
  std::string allowed = "fast, all";
  for (const auto& metric : table) allowed += fmt::format(", {}", metric.name);
  for (const auto& name : wanted)
    KINDRED_VALIDATE(std::any_of(table.begin(), table.end(), [&](const Metric& m) { return m.name == name; }),
                     usage_error("unknown metric \"{}\" (allowed: {})", name, allowed));
  std::vector<Metric> chosen;
  for (const auto& metric : table)
    if (std::find(wanted.begin(), wanted.end(), metric.name) != wanted.end()) chosen.push_back(metric);
  return chosen;
}

}  // namespace kindred::compare
