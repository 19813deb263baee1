#include "compare/scopes.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"

namespace kindred::compare {
namespace {

template <class Names>
Slices numbered(const Names& names) {
  Slices all;
  for (const auto& name : names) all.emplace_back(static_cast<std::int64_t>(all.size()), name);
  return all;
}

Slices numbered(const std::vector<Cohort::Parameter>& parts) {
  Slices all;
  for (const auto& part : parts) all.emplace_back(static_cast<std::int64_t>(all.size()), part.name);
  return all;
}

/// The parameters that --parameters asks for.
Slices parameters(const CompareOptions& options, const Cohort& cohort) {
  const auto all = numbered(cohort.parameters);
  if (options.parameters == "each") return all;
  Slices chosen;
  const auto wanted = split_names(options.parameters);
  for (const auto& entry : all)
    if (std::ranges::find(wanted, entry.second) != wanted.end()) chosen.push_back(entry);
  return chosen;
}

std::int64_t index_of(const std::vector<Cohort::Parameter>& parts, const std::string& name) {
  const auto found = std::ranges::find(parts, name, &Cohort::Parameter::name);
  return found == parts.end() ? -1 : found - parts.begin();
}

/// Whether the weights as a whole are among those that --parameters asks for.
bool has_all(const CompareOptions& options) {
  const auto wanted = split_names(options.parameters);
  return options.parameters == "each" || std::ranges::find(wanted, "all") != wanted.end();
}

}  // namespace

void check_parameters(Job& job, const CompareOptions& options, const std::vector<Metric>& chosen) {
  if (options.parameters == "each") return;
  std::set<std::string> known;
  for (const auto& cohort : job.cohorts)
    for (const auto& parameter : cohort.parameters) known.insert(parameter.name);
  for (const auto& name : split_names(options.parameters))
    KINDRED_VALIDATE(known.contains(name),
                     usage_error("--parameters: no cohort of {} has {} (known: each, {})", options.population,
                                 name, fmt::join(known, ", ")));
  const auto by_role = [](const Metric& metric) {
    return metric.reach != Reach::cohort &&
           (metric.subject == Subject::weights || metric.subject == Subject::spectra);
  };
  if (!has_all(options) && std::ranges::any_of(chosen, by_role))
    job.left_out.push_back(
        "--parameters: weights and spectra are not compared beyond a cohort, as what cohorts have in common "
        "are not names (add all, or leave it at each)");
}

std::string obstacle(const Job& job, const Metric& metric, std::size_t index,
                     const store::PopulationFile& file) {
  const auto& cohort = job.cohorts[index];
  const auto lacks = [&](const char* array) {
    return file.has_array(cohort.name, array) ? "" : fmt::format("the file has no {}", array);
  };
  const std::string weights =
      job.weights_snapshot[index] < 0 ? "the weights are not kept at this snapshot" : "";
  switch (metric.family) {
    case Family::sorted_weights:
    case Family::standardized_weights:
    case Family::weights:
      return weights;
    case Family::histograms:
      return lacks("histogram");
    case Family::moments:
      return lacks("moments");
    case Family::spectra:
      return lacks("singular_values");
    case Family::node_strengths:
      return lacks("node_strength");
    case Family::aligned_weights:
      return cohort.networks.empty() ? cohort.unknown : weights;
    case Family::classes:
    case Family::probabilities:
      return job.snapshot[index] + 1 < static_cast<std::int64_t>(cohort.snapshots.size())
                 ? "logits are kept of the final snapshot alone"
                 : lacks("logits");
    case Family::grams:
    case Family::procrustes:
    case Family::svcca:
    case Family::pwcca:
      break;
  }
  return cohort.unknown.empty() ? weights : cohort.unknown;
}

Slices own_slices(const CompareOptions& options, const Metric& metric, const Cohort& cohort) {
  switch (metric.subject) {
    case Subject::weights:
      return parameters(options, cohort);
    case Subject::spectra:
      return numbered(cohort.matrices);
    case Subject::nodes:
      return numbered(cohort.layers);
    case Subject::representations:
      return numbered(cohort.network(0).representations());
    case Subject::network:
      break;
  }
  return {{0, ""}};
}

Slices common_slices(const CompareOptions& options, const Metric& metric, const Cohort& cohort) {
  if (metric.subject == Subject::network) return {{0, ""}};
  if (metric.subject == Subject::representations) {
    const auto names = cohort.network(0).representations();
    const auto found = std::ranges::find(names, "penultimate");
    return {{found == names.end() ? -1 : found - names.begin(), ""}};
  }
  const bool spectra = metric.subject == Subject::spectra;
  const auto& parts = spectra ? cohort.matrices : cohort.parameters;
  const auto all = static_cast<std::int64_t>(spectra ? parts.size() : parts.size() - 1);
  Slices roles;
  if (has_all(options)) roles.emplace_back(all, "all");
  if (options.parameters != "each") return roles;
  const auto matrix = [&](const auto& chosen) {
    return cohort.matrices.empty() ? -1 : index_of(parts, chosen(cohort.matrices).name);
  };
  roles.emplace_back(matrix([](const auto& m) { return m.front(); }), "first");
  roles.emplace_back(matrix([](const auto& m) { return m.back(); }), "last");
  return roles;
}

}  // namespace kindred::compare
