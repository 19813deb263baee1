#include "compare/metric.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numbers>

#include "core/error.hpp"

namespace kindred::compare {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr bool fast = true, slow = false;

constexpr std::array<Metric, 16> table = {{
    {"wasserstein", "distance",
     "exact 1-D Wasserstein-1 distance between the two sets of weights: the mean of |a_i - b_i| over both "
     "sorted, or the integral over their quantiles where there are not equally many",
     0, infinity, Subject::weights, Reach::all, Family::sorted_weights, fast},
    {"wasserstein_standardized", "distance",
     "Wasserstein-1 distance after subtracting each set's mean and dividing by its standard deviation (1/n; "
     "where that is 0, every value counts as 0)",
     0, infinity, Subject::weights, Reach::all, Family::standardized_weights, fast},
    {"kolmogorov_smirnov", "distance",
     "exact two-sample Kolmogorov-Smirnov statistic: the largest difference of the two cumulative "
     "distributions of the weights",
     0, 1, Subject::weights, Reach::all, Family::sorted_weights, fast},
    {"jensen_shannon", "distance",
     "square root of the Jensen-Shannon divergence (base 2) of the two histograms of the weights, what lies "
     "below and above their range being two bins more",
     0, 1, Subject::weights, Reach::all, Family::histograms, fast},
    {"moment", "distance",
     "Euclidean distance of mean, log(variance + 1e-12), skewness and excess kurtosis of the weights, each "
     "z-scored over the done runs that are compared (a standard deviation of 0 gives 0, an undefined "
     "skewness or "
     "kurtosis counts as the mean of the others)",
     0, infinity, Subject::weights, Reach::all, Family::moments, fast},
    {"cosine", "similarity", "cosine of the angle between the flat weights", -1, 1, Subject::weights,
     Reach::cohort, Family::weights, fast},
    {"spectral", "distance",
     "Wasserstein-1 distance between the singular values of the weight matrices, each divided by its "
     "matrix's "
     "largest",
     0, 1, Subject::spectra, Reach::all, Family::spectra, fast},
    {"node_strength", "distance", "Wasserstein-1 distance between the node strengths of a layer", 0, infinity,
     Subject::nodes, Reach::cohort, Family::node_strengths, fast},
    {"cka", "similarity",
     "linear centred kernel alignment of the representations of the probe images (Kornblith et al. 2019)", 0,
     1, Subject::representations, Reach::dataset, Family::grams, fast},
    {"cka_debiased", "similarity",
     "linear centred kernel alignment with the unbiased estimator of the Hilbert-Schmidt independence "
     "criterion "
     "(Song et al. 2012); negative values are not clipped",
     -1, 1, Subject::representations, Reach::dataset, Family::grams, fast},
    {"agreement", "similarity", "share of the probe images with the same predicted class", 0, 1,
     Subject::network, Reach::dataset, Family::classes, fast},
    {"prediction_js", "distance",
     "mean over the probe images of the Jensen-Shannon distance (base 2) of the predicted class "
     "probabilities",
     0, 1, Subject::network, Reach::dataset, Family::probabilities, fast},
    {"aligned_cosine", "similarity",
     "cosine of the flat weights after permuting the hidden units of the second run to match the first by "
     "weight matching (Ainsworth et al. 2022, Git Re-Basin)",
     -1, 1, Subject::network, Reach::cohort, Family::aligned_weights, slow},
    {"procrustes", "distance",
     "orthogonal Procrustes distance sqrt(2 - 2 |X'Y|_*) of the representations of the probe images, centred "
     "and of norm 1 (Ding et al. 2021)",
     0, std::numbers::sqrt2, Subject::representations, Reach::dataset, Family::procrustes, slow},
    {"svcca", "similarity",
     "mean canonical correlation of the subspaces that keep 99 % of the representations' variance (Raghu et "
     "al. "
     "2017)",
     0, 1, Subject::representations, Reach::cohort, Family::svcca, slow},
    {"pwcca", "similarity",
     "projection-weighted canonical correlation of the representations (Morcos et al. 2018), the mean of "
     "both "
     "directions",
     0, 1, Subject::representations, Reach::cohort, Family::pwcca, slow},
}};

}  // namespace

std::span<const Metric> metrics() { return table; }

std::vector<std::string> split_names(const std::string& names) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= names.size();) {
    const auto end = std::min(names.find(',', start), names.size());
    const auto from = std::min(names.find_first_not_of(' ', start), end);
    const auto last = end > from ? names.find_last_not_of(' ', end - 1) + 1 : from;
    parts.push_back(names.substr(from, last - from));
    start = end + 1;
  }
  return parts;
}

bool is_metric_set(const std::string& names) { return names == "fast" || names == "all"; }

std::vector<Metric> choose_metrics(const std::string& names) {
  if (is_metric_set(names)) {
    std::vector<Metric> chosen;
    for (const auto& metric : table)
      if (metric.fast || names == "all") chosen.push_back(metric);
    return chosen;
  }
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

bool gains_from_device(const Metric& metric) {
  return metric.family == Family::weights || metric.subject == Subject::representations;
}

std::string_view slice_dimension(Subject subject) {
  switch (subject) {
    case Subject::weights:
      return "parameter";
    case Subject::spectra:
      return "matrix";
    case Subject::nodes:
      return "layer";
    case Subject::representations:
      return "representation";
    case Subject::network:
      break;
  }
  return "";
}

}  // namespace kindred::compare
