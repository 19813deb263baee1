#include <numeric>

#include "core/build_info.hpp"
#include "core/error.hpp"
#include "statistics/describe.hpp"
#include "train/cohort.hpp"
#include "train/settings_columns.hpp"

namespace kindred::train {
namespace {

using store::Coordinate;
using store::Dimension;
using store::Fill;
using store::Type;

std::vector<std::int64_t> count_up(std::int64_t count) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 0);
  return values;
}

std::int64_t length(const std::vector<std::int64_t>& values) {
  return static_cast<std::int64_t>(values.size());
}

store::CohortLayout cohort_layout(const Cohort& cohort, const sweep::Record& record) {
  const statistics::DescribeOptions describe{record.histogram_bins, record.histogram_low,
                                             record.histogram_high, record.quantiles};
  const Dimension epoch{"epoch", cohort.epochs + 1};
  const Dimension snapshot{"snapshot", length(cohort.snapshots)};
  const Dimension parameter{"parameter", static_cast<std::int64_t>(cohort.network.parameters.size()) + 1};
  const Dimension moment{"moment", static_cast<std::int64_t>(statistics::moment_count)};
  const Dimension bin{"bin", record.histogram_bins + 2};
  const Dimension probability{"probability", record.quantiles};
  const Dimension kept{"weights_snapshot", length(cohort.weight_snapshots)};
  const Dimension weight{"weight", cohort.network.size};
  const Dimension probe{"probe", cohort.probes}, label{"label", cohort.network.classes};

  store::CohortLayout layout;
  layout.name = cohort.name;
  layout.attributes = {{"dataset", std::string(cohort.dataset->name)},
                       {"architecture", cohort.network.to_json()},
                       {"key", cohort.key}};
  layout.runs = cohort.runs;

  std::vector<std::string> names;
  std::vector<std::int64_t> offsets, sizes;
  for (const auto& entry : cohort.network.parameters) {
    names.push_back(entry.name);
    offsets.push_back(entry.offset);
    sizes.push_back(entry.size);
  }
  names.push_back("all");
  offsets.push_back(0);
  sizes.push_back(cohort.network.size);
  layout.scales = {
      {"epoch", count_up(cohort.epochs + 1)},
      {"snapshot", cohort.snapshots},
      {"parameter", names},
      {"moment", std::vector<std::string>(statistics::moment_names.begin(), statistics::moment_names.end())},
      {"bin", statistics::histogram_edges(describe)},
      {"probability", statistics::quantile_probabilities(describe)},
      {"probe", count_up(cohort.probes)},
      {"label", count_up(cohort.network.classes)}};
  layout.constants = {{"parameter_offset", "parameter", offsets}, {"parameter_size", "parameter", sizes}};

  for (const char* curve : {"train_loss", "train_accuracy", "test_loss", "test_accuracy"})
    layout.arrays.push_back({curve, Type::f32, {epoch}, Fill::nan});
  layout.arrays.push_back({"moments", Type::f64, {snapshot, parameter, moment}, Fill::nan});
  layout.arrays.push_back({"histogram", Type::u32, {snapshot, parameter, bin}, Fill::none});
  layout.arrays.push_back({"quantiles", Type::f32, {snapshot, parameter, probability}, Fill::none});
  if (kept.size > 0) layout.arrays.push_back({"weights", Type::f32, {kept, weight}, Fill::none});
  layout.arrays.push_back({"logits", Type::f32, {probe, label}, Fill::none});

  layout.population = {{"runs", Type::i64, {}, Fill::none},
                       {"moments", Type::f64, {snapshot, parameter, moment}, Fill::nan},
                       {"histogram", Type::u64, {snapshot, parameter, bin}, Fill::none},
                       {"moments_mean", Type::f64, {snapshot, parameter, moment}, Fill::nan},
                       {"moments_std", Type::f64, {snapshot, parameter, moment}, Fill::nan}};
  if (kept.size > 0) {
    layout.scales.push_back({"weights_snapshot", cohort.weight_snapshots});
    layout.scales.push_back({"weight", std::monostate{}});
    layout.population.push_back({"weight_mean", Type::f64, {kept, weight}, Fill::nan});
    layout.population.push_back({"weight_variance", Type::f64, {kept, weight}, Fill::nan});
  }
  return layout;
}

}  // namespace

store::PopulationLayout population_layout(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts) {
  store::PopulationLayout layout;
  layout.attributes = {{"sweep", sweep.text}, {"sweep_id", sweep.id()}, {"created_by", version_line()}};
  layout.groups.assign(std::begin(group_names), std::end(group_names));
  for (const auto& cohort : cohorts) layout.cohorts.push_back(cohort_layout(cohort, sweep.record));

  std::vector<std::uint64_t> ids;
  for (const auto& settings : sweep.runs) ids.push_back(settings.identity());
  std::vector<std::string> cohort_names(sweep.runs.size());
  std::vector<std::int64_t> cohort_rows(sweep.runs.size());
  for (const auto& cohort : cohorts)
    for (std::size_t row = 0; row < cohort.runs.size(); ++row) {
      cohort_names[static_cast<std::size_t>(cohort.runs[row])] = cohort.name;
      cohort_rows[static_cast<std::size_t>(cohort.runs[row])] = static_cast<std::int64_t>(row);
    }
  layout.columns = {{"id", ids}, {"cohort", cohort_names}, {"cohort_row", cohort_rows}};
  for (auto& column : settings_columns(sweep.runs)) layout.columns.push_back(std::move(column));
  return layout;
}

}  // namespace kindred::train
