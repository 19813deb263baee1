#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kindred::compare {

/// What a metric looks at, and so what its matrices are sliced by.
enum class Subject { weights, sorted_weights, gram };
/// How a pair's value comes from the two runs' features.
enum class Pairing {
  mean_absolute_difference,  ///< Σ|aᵢ - bᵢ| / n
  normalised_product,        ///< ⟨a, b⟩ / (‖a‖ ‖b‖)
};

struct Metric {
  std::string_view name, kind, definition;
  double low, high;  ///< range of its values
  Subject subject;
  Pairing pairing;
  std::string_view slice_dimension() const {
    return subject == Subject::gram ? "representation" : "parameter";
  }
};

/// Every metric, in the order of the similarity file.
std::span<const Metric> metrics();

/// The metrics that `names` asks for: a set (fast, all) or names separated by commas.
/// Throws a usage error that names what is allowed.
std::vector<Metric> choose_metrics(const std::string& names);

/// Whether `names` is a set, whose metrics need not all be possible.
bool is_metric_set(const std::string& names);

/// Splits at commas.
std::vector<std::string> split_names(const std::string& names);

}  // namespace kindred::compare
