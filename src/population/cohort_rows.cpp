#include "population/cohort_rows.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.hpp"

namespace kindred::population {
namespace {

/// Elements of one run in the array, 0 where the cohort has none.
std::int64_t row_length(const store::CohortLayout& cohort, std::string_view name) {
  for (const auto& array : cohort.arrays)
    if (array.name == name) return array.row_length();
  return 0;
}

/// How many nodes each layer has, from the layout's constant `node_layer`; none where that is in no order.
std::vector<std::size_t> layer_sizes(const store::CohortLayout& cohort) {
  for (const auto& constant : cohort.constants) {
    const auto* layers = std::get_if<std::vector<std::int32_t>>(&constant.values);
    if (constant.name != "node_layer" || !layers || layers->empty()) continue;
    if (layers->front() < 0 || !std::ranges::is_sorted(*layers) ||
        std::cmp_greater(layers->back(), layers->size()))
      return {};
    std::vector<std::size_t> sizes(static_cast<std::size_t>(layers->back()) + 1);
    for (const auto layer : *layers) ++sizes[static_cast<std::size_t>(layer)];
    return sizes;
  }
  return {};
}

}  // namespace

statistics::PopulationShape statistics_shape(const store::CohortLayout& cohort) {
  statistics::PopulationShape shape;
  shape.rows = row_length(cohort, "moments") / static_cast<std::int64_t>(statistics::moment_count);
  if (shape.rows > 0) shape.bins = row_length(cohort, "histogram") / shape.rows;
  shape.layers = row_length(cohort, "layer_fluctuation");
  return shape;
}

std::int64_t weights_length(const store::CohortLayout& cohort) { return row_length(cohort, "weights"); }

CohortRows::CohortRows(const store::PopulationFile& file, const store::CohortLayout& cohort)
    : file_(file), cohort_(cohort), layers_(layer_sizes(cohort)) {
  const auto shape = statistics_shape(cohort);
  moments_.resize(static_cast<std::size_t>(row_length(cohort, "moments")));
  histogram_.resize(static_cast<std::size_t>(row_length(cohort, "histogram")));
  strengths_.resize(static_cast<std::size_t>(row_length(cohort, "node_strength")));
  const auto nodes = std::accumulate(layers_.begin(), layers_.end(), std::size_t{0});
  const auto times = nodes > 0 ? strengths_.size() / nodes : 0;  // snapshots
  KINDRED_VALIDATE(
      moments_.size() == static_cast<std::size_t>(shape.rows) * statistics::moment_count &&
          histogram_.size() == static_cast<std::size_t>(shape.rows * shape.bins) &&
          strengths_.size() == times * nodes &&
          static_cast<std::size_t>(shape.layers) == times * layers_.size(),
      io_error("cohort {} cannot be summarised (its arrays do not fit each other: the file is damaged) run "
               "kindred verify",
               cohort.name));
}

void CohortRows::add_statistics(std::int64_t row, statistics::PopulationSummary& summary) {
  const auto read = [&](const char* array, auto& values) {
    if (!values.empty())
      file_.read_rows(cohort_.name, array, row, 1, std::as_writable_bytes(std::span(values)));
  };
  read("moments", moments_);
  read("histogram", histogram_);
  read("node_strength", strengths_);
  summary.add(moments_, histogram_, node_moments(), {});
}

void CohortRows::add_weights(std::int64_t row, std::int64_t first, std::int64_t count,
                             statistics::PopulationSummary& summary) {
  weights_.resize(static_cast<std::size_t>(count));
  file_.read_row_part(cohort_.name, "weights", row, first, count,
                      std::as_writable_bytes(std::span(weights_)));
  summary.add({}, {}, {}, weights_);
}

/// Of the strengths of each snapshot's layers.
std::span<const statistics::Moments> CohortRows::node_moments() {
  node_moments_.clear();
  std::span<const float> left(strengths_);
  while (!left.empty())
    for (const auto size : layers_) {
      node_moments_.push_back(statistics::moments_of(left.first(size)));
      left = left.subspan(size);
    }
  return node_moments_;
}

}  // namespace kindred::population
