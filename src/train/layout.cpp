#include <numeric>

#include "core/build_info.hpp"
#include "core/error.hpp"
#include "population/groups.hpp"
#include "train/cohort.hpp"
#include "train/settings_columns.hpp"

namespace kindred::train {
namespace {

using store::Dimension;
using store::Fill;
using store::Type;

std::vector<std::int64_t> count_up(std::int64_t count) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), 0);
  return values;
}

store::CohortLayout cohort_layout(const Cohort& cohort) {
  const Dimension epoch{"epoch", cohort.epochs + 1};
  const Dimension probe{"probe", cohort.probes}, label{"label", cohort.network.classes};

  store::CohortLayout layout;
  layout.name = cohort.name;
  layout.attributes = {{"dataset", std::string(cohort.dataset->name)},
                       {"architecture", cohort.network.to_json()},
                       {"key", cohort.key}};
  layout.runs = cohort.runs;
  layout.scales = {{"epoch", count_up(cohort.epochs + 1)},
                   {"probe", count_up(cohort.probes)},
                   {"label", count_up(cohort.network.classes)}};
  for (const char* curve : {"train_loss", "train_accuracy", "test_loss", "test_accuracy"})
    layout.arrays.push_back({curve, Type::f32, {epoch}, Fill::nan});
  population::add_statistics(layout, cohort.subject);
  layout.arrays.push_back({"logits", Type::f32, {probe, label}, Fill::none});
  return layout;
}

}  // namespace

store::PopulationLayout population_layout(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts) {
  store::PopulationLayout layout;
  layout.attributes = {{"sweep", sweep.text}, {"sweep_id", sweep.id()}, {"created_by", version_line()}};
  layout.groups.assign(std::begin(population::group_names), std::end(population::group_names));
  for (const auto& cohort : cohorts) layout.cohorts.push_back(cohort_layout(cohort));

  std::vector<std::uint64_t> ids;
  for (const auto& settings : sweep.runs) ids.push_back(settings.identity());
  population::add_identities(layout, std::move(ids));
  for (auto& column : settings_columns(sweep.runs)) layout.columns.push_back(std::move(column));
  return layout;
}

}  // namespace kindred::train
