#include "population/subject.hpp"

#include <numeric>

#include "network/structure.hpp"
#include "statistics/spectrum.hpp"

namespace kindred::population {
namespace {

using store::Dimension;
using store::Fill;
using store::Type;

template <class T>
std::vector<T> count_up(std::int64_t count) {
  std::vector<T> values(static_cast<std::size_t>(count));
  std::iota(values.begin(), values.end(), T{0});
  return values;
}

template <class T>
Dimension dimension(const char* name, const std::vector<T>& values) {
  return {name, static_cast<std::int64_t>(values.size())};
}

template <class Names>
std::vector<std::string> texts(const Names& names) {
  return {names.begin(), names.end()};
}

/// For each of the items of all groups, one after another, its group.
template <class Sizes>
std::vector<std::int32_t> group_of_each(const Sizes& sizes) {
  std::vector<std::int32_t> groups;
  std::int32_t group = 0;
  for (const std::int64_t size : sizes) groups.insert(groups.end(), static_cast<std::size_t>(size), group++);
  return groups;
}

void add_parameters(store::CohortLayout& layout, const Subject& subject) {
  std::vector<std::string> names;
  std::vector<std::int64_t> offsets, sizes;
  for (const auto& parameter : subject.parameters) {
    names.push_back(parameter.name);
    offsets.push_back(parameter.offset);
    sizes.push_back(parameter.size);
  }
  names.push_back("all");
  offsets.push_back(0);
  sizes.push_back(subject.size());

  const Dimension snapshot = dimension("snapshot", subject.snapshots);
  const Dimension parameter = dimension("parameter", names);
  const Dimension moment = dimension("moment", texts(statistics::moment_names));
  const Dimension bin{"bin", subject.options.histogram_bins + 2};
  layout.scales.insert(layout.scales.end(),
                       {{"snapshot", subject.snapshots},
                        {"parameter", names},
                        {"moment", texts(statistics::moment_names)},
                        {"bin", statistics::histogram_edges(subject.options)},
                        {"probability", statistics::quantile_probabilities(subject.options)}});
  layout.constants.insert(layout.constants.end(), {{"parameter_offset", "parameter", offsets},
                                                   {"parameter_size", "parameter", sizes}});
  layout.arrays.insert(layout.arrays.end(),
                       {{"moments", Type::f64, {snapshot, parameter, moment}, Fill::nan},
                        {"histogram", Type::u32, {snapshot, parameter, bin}, Fill::none},
                        {"quantiles",
                         Type::f32,
                         {snapshot, parameter, {"probability", subject.options.quantiles}},
                         Fill::none}});
  layout.population.insert(layout.population.end(),
                           {{"runs", Type::i64, {}, Fill::none},
                            {"moments", Type::f64, {snapshot, parameter, moment}, Fill::nan},
                            {"histogram", Type::u64, {snapshot, parameter, bin}, Fill::none},
                            {"moments_mean", Type::f64, {snapshot, parameter, moment}, Fill::nan},
                            {"moments_std", Type::f64, {snapshot, parameter, moment}, Fill::nan}});
}

void add_nodes(store::CohortLayout& layout, const Subject& subject) {
  if (subject.structure.layers.empty()) return;
  const Dimension snapshot = dimension("snapshot", subject.snapshots);
  const Dimension node{"node", subject.structure.nodes()}, layer = dimension("layer", subject.layer_names);
  layout.scales.push_back({"node", count_up<std::int64_t>(node.size)});
  layout.scales.push_back({"layer", subject.layer_names});
  layout.constants.push_back({"node_layer", "node", group_of_each(subject.structure.layers)});
  for (const char* strength : {"strength_in", "strength_out", "node_strength"})
    layout.arrays.push_back({strength, Type::f32, {snapshot, node}, Fill::none});
  layout.arrays.push_back({"layer_fluctuation", Type::f64, {snapshot, layer}, Fill::nan});
  const Dimension moment = dimension("moment", texts(statistics::moment_names));
  layout.population.push_back({"node_strength_moments", Type::f64, {snapshot, layer, moment}, Fill::nan});
}

void add_spectra(store::CohortLayout& layout, const Subject& subject) {
  if (subject.structure.matrices.empty()) return;
  std::vector<std::string> names;
  std::vector<std::int64_t> ranks;
  for (const auto& matrix : subject.structure.matrices) {
    names.push_back(subject.parameters[matrix.weight].name);
    ranks.push_back(matrix.rank());
  }
  const Dimension snapshot = dimension("snapshot", subject.snapshots), matrix = dimension("matrix", names);
  const Dimension value{"singular_value", subject.structure.singular_values()};
  const Dimension spectral = dimension("spectral", texts(statistics::spectral_names));
  layout.scales.insert(layout.scales.end(), {{"singular_value", count_up<std::int64_t>(value.size)},
                                             {"matrix", names},
                                             {"spectral", texts(statistics::spectral_names)}});
  layout.constants.push_back({"singular_value_matrix", "singular_value", group_of_each(ranks)});
  layout.arrays.push_back({"singular_values", Type::f32, {snapshot, value}, Fill::none});
  layout.arrays.push_back({"spectrum", Type::f64, {snapshot, matrix, spectral}, Fill::nan});
}

void add_weights(store::CohortLayout& layout, const Subject& subject) {
  if (subject.weight_snapshots.empty()) return;
  const Dimension kept = dimension("weights_snapshot", subject.weight_snapshots);
  const Dimension weight{"weight", subject.size()};
  layout.scales.push_back({"weights_snapshot", subject.weight_snapshots});
  layout.scales.push_back({"weight", std::monostate{}});
  layout.arrays.push_back({"weights", Type::f32, {kept, weight}, Fill::none});
  layout.population.push_back({"weight_mean", Type::f64, {kept, weight}, Fill::nan});
  layout.population.push_back({"weight_variance", Type::f64, {kept, weight}, Fill::nan});
}

}  // namespace

std::int64_t Subject::size() const {
  return parameters.empty() ? 0 : parameters.back().offset + parameters.back().size;
}

statistics::DescribeOptions describe_options(const sweep::Record& record) {
  return {record.histogram_bins, record.histogram_low, record.histogram_high, record.quantiles};
}

Subject subject_of(const network::Network& network) {
  Subject subject;
  for (const auto& p : network.parameters) subject.parameters.push_back({p.name, p.offset, p.size});
  subject.structure = network::structure(network);
  subject.layer_names = network::layer_names(network);
  return subject;
}

void set_record(Subject& subject, std::vector<std::int64_t> snapshots, const sweep::Record& record) {
  subject.snapshots = std::move(snapshots);
  if (record.weights == sweep::KeepWeights::snapshots) subject.weight_snapshots = subject.snapshots;
  if (record.weights == sweep::KeepWeights::final_only) subject.weight_snapshots = {subject.snapshots.back()};
  subject.options = describe_options(record);
}

void add_identities(store::PopulationLayout& layout, std::vector<std::uint64_t> ids) {
  std::vector<std::string> names(ids.size());
  std::vector<std::int64_t> rows(ids.size());
  for (const auto& cohort : layout.cohorts)
    for (std::size_t row = 0; row < cohort.runs.size(); ++row) {
      names[static_cast<std::size_t>(cohort.runs[row])] = cohort.name;
      rows[static_cast<std::size_t>(cohort.runs[row])] = static_cast<std::int64_t>(row);
    }
  layout.columns.push_back({"id", std::move(ids)});
  layout.columns.push_back({"cohort", std::move(names)});
  layout.columns.push_back({"cohort_row", std::move(rows)});
}

void add_statistics(store::CohortLayout& layout, const Subject& subject) {
  add_parameters(layout, subject);
  add_nodes(layout, subject);
  add_spectra(layout, subject);
  add_weights(layout, subject);
}

}  // namespace kindred::population
