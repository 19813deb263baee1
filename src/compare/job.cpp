#include "compare/job.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "core/build_info.hpp"
#include "core/time.hpp"

namespace kindred::compare {
namespace {

/// Where a slice comes from, and its name.
using Sources = std::vector<std::pair<std::int64_t, std::string>>;

std::int64_t weights_snapshot(const CompareOptions& options, const Cohort& cohort) {
  const auto& kept = cohort.weight_snapshots;
  KINDRED_VALIDATE(
      !kept.empty(),
      usage_error("{} keeps no weights (record.weights = \"none\"), and every metric needs them: train with "
                  "record.weights = \"final\"",
                  options.population));
  if (options.snapshot == "final") return static_cast<std::int64_t>(kept.size()) - 1;
  std::int64_t epoch = -1;
  const auto* end = options.snapshot.data() + options.snapshot.size();
  const auto [rest, code] = std::from_chars(options.snapshot.data(), end, epoch);
  const auto found = std::find(kept.begin(), kept.end(), epoch);
  KINDRED_VALIDATE(
      code == std::errc() && rest == end && found != kept.end(),
      usage_error("--snapshot {}: cohort {} keeps the weights of epochs {} (give one of these, or final)",
                  options.snapshot, cohort.name, kept));
  return found - kept.begin();
}

template <class Names>
Sources numbered(const Names& names) {
  Sources all;
  for (const auto& name : names) all.emplace_back(static_cast<std::int64_t>(all.size()), name);
  return all;
}

/// The parameters that --parameters asks for.
Sources parameters(const CompareOptions& options, const Cohort& cohort) {
  std::vector<std::string> names;
  for (const auto& parameter : cohort.parameters) names.push_back(parameter.name);
  const auto all = numbered(names);
  if (options.parameters == "each") return all;
  Sources chosen;
  const auto wanted = split_names(options.parameters);
  for (const auto& entry : all)
    if (std::find(wanted.begin(), wanted.end(), entry.second) != wanted.end()) chosen.push_back(entry);
  KINDRED_VALIDATE(chosen.size() == wanted.size(),
                   usage_error("--parameters {}: not all of these exist (known: each, {})",
                               options.parameters, fmt::join(names, ", ")));
  return chosen;
}

bool is_possible(const Metric& metric, const Cohort& cohort) {
  return metric.subject != Subject::gram || cohort.unknown.empty();
}

/// The slices of one metric of the cohort that was added last.
void add_matrix(Job& job, store::SimilarityCohort& layout, const CompareOptions& options,
                const Metric& metric) {
  const auto& cohort = job.cohorts.back();
  store::MatrixLayout matrix{
      std::string(metric.name), std::string(metric.slice_dimension()), {}, {}, metric.low, metric.high};
  const auto epoch = cohort.weight_snapshots[static_cast<std::size_t>(job.weights_snapshot.back())];
  matrix.attributes = {{"kind", std::string(metric.kind)},
                       {"definition", std::string(metric.definition)},
                       {"snapshot", std::to_string(epoch)}};
  const bool of_images = metric.subject == Subject::gram;
  if (of_images) matrix.attributes["probes"] = std::to_string(job.probes.back());
  for (const auto& [source, name] :
       of_images ? numbered(cohort.network(0).representations()) : parameters(options, cohort)) {
    job.slices.push_back(
        {job.cohorts.size() - 1, metric, source, static_cast<std::int64_t>(matrix.slices.size()), name});
    matrix.slices.push_back(name);
  }
  layout.matrices.push_back(std::move(matrix));
}

void add_cohort(Job& job, const CompareOptions& options, Cohort given,
                const std::vector<store::State>& states, const std::vector<Metric>& chosen) {
  const auto& cohort = job.cohorts.emplace_back(std::move(given));
  auto& valid = job.valid.emplace_back();
  for (const auto run : cohort.runs)
    valid.push_back(states[static_cast<std::size_t>(run)] == store::State::done);
  job.weights_snapshot.push_back(weights_snapshot(options, cohort));
  job.probes.push_back(std::min(options.probes, cohort.test_samples));
  store::SimilarityCohort layout{cohort.name, cohort.runs, {}};
  std::vector<std::string_view> left_out;
  for (const auto& metric : chosen) {
    if (is_possible(metric, cohort))
      add_matrix(job, layout, options, metric);
    else
      left_out.push_back(metric.name);
  }
  if (!left_out.empty())
    job.left_out.push_back(
        fmt::format("cohort {}: without {} ({})", cohort.name, fmt::join(left_out, ", "), cohort.unknown));
  if (!layout.matrices.empty()) job.layout.cohorts.push_back(std::move(layout));
}

}  // namespace

std::set<std::string> Job::datasets() const {
  std::set<std::string> names;
  for (const auto& slice : slices)
    if (slice.metric.subject == Subject::gram) names.emplace(cohorts[slice.cohort].dataset->name);
  return names;
}

FeatureContext Job::context(std::size_t cohort, const store::PopulationFile& file,
                            const Images& images) const {
  const auto* dataset = cohorts[cohort].dataset;
  return {file, cohorts[cohort],
          dataset ? images.test(std::string(dataset->name)) : std::span<const std::uint8_t>(),
          weights_snapshot[cohort], probes[cohort]};
}

Job make_job(const CompareOptions& options, const store::PopulationFile& file) {
  Job job;
  const auto states = file.states();
  const auto chosen = choose_metrics(options.metrics);
  job.layout.attributes = {{"sweep_id", file.attribute("sweep_id")},
                           {"population", options.population},
                           {"created", utc_now()},
                           {"created_by", version_line()}};
  for (auto& cohort : read_cohorts(file, options.population))
    add_cohort(job, options, std::move(cohort), states, chosen);
  if (!is_metric_set(options.metrics))
    for (const auto& metric : chosen)
      KINDRED_VALIDATE(
          std::ranges::any_of(job.cohorts, [&](const Cohort& cohort) { return is_possible(metric, cohort); }),
          usage_error("--metrics: {} of no cohort of {} can be computed ({}: {}) leave it out", metric.name,
                      options.population, job.cohorts.front().name, job.cohorts.front().unknown));
  return job;
}

std::vector<Task> make_tasks(const Job& job, std::size_t memory) {
  std::vector<Task> tasks;
  for (std::size_t s = 0; s < job.slices.size(); ++s) {
    const auto& slice = job.slices[s];
    const auto& cohort = job.cohorts[slice.cohort];
    const auto probes = job.probes[slice.cohort];
    const auto length = slice.metric.subject == Subject::gram
                            ? probes * (probes + 1) / 2
                            : cohort.parameters[static_cast<std::size_t>(slice.source)].size;
    for (const auto& tile :
         make_tiles(static_cast<std::int64_t>(cohort.runs.size()), blocks_that_fit(length, memory)))
      tasks.push_back({s, tile, static_cast<double>(length) * static_cast<double>(tile.rows * tile.columns)});
  }
  std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.cost > b.cost; });
  return tasks;
}

}  // namespace kindred::compare
