#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::compare {

/// What a metric looks at, and so what its matrices are sliced by.
enum class Subject {
  weights,          ///< by parameter; over several cohorts by role (all, first, last matrix)
  spectra,          ///< by weight matrix; likewise
  nodes,            ///< by layer
  representations,  ///< by representation; over several cohorts the penultimate one
  network           ///< not at all
};

/// The widest set of runs that it is defined between.
enum class Reach { cohort, dataset, all };

/// Metrics of one family are computed together, from the same features.
enum class Family {
  sorted_weights,
  standardized_weights,
  histograms,
  moments,
  weights,
  spectra,
  node_strengths,
  grams,
  classes,
  probabilities,
  aligned_weights,
  procrustes,
  svcca,
  pwcca
};

struct Metric {
  std::string_view name, kind, definition;
  double low, high;  ///< range of its values
  Subject subject;
  Reach reach;
  Family family;
  bool fast;  ///< in the set `fast`
  bool is_distance() const { return kind == "distance"; }
};

/// Whether it takes large matrix products, which a GPU computes: of weights, or in evaluating networks.
bool gains_from_device(const Metric& metric);

/// Every metric, in the order of the similarity file.
std::span<const Metric> metrics();

/// The metrics that `names` asks for: a set (fast, all) or names separated by commas.
/// Throws a usage error that names what is allowed.
std::vector<Metric> choose_metrics(const std::string& names);

/// Whether `names` is a set, whose metrics need not all be possible.
bool is_metric_set(const std::string& names);

/// Splits at commas; spaces beside these are left out.
std::vector<std::string> split_names(const std::string& names);

/// The dimension of a cohort's matrices; "" for none.
std::string_view slice_dimension(Subject subject);

}  // namespace kindred::compare
