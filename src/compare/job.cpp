#include "compare/job.hpp"

#include <algorithm>
#include <charconv>

#include "core/build_info.hpp"
#include "core/time.hpp"

namespace kindred::compare {
namespace {

std::int64_t weights_snapshot(const CompareOptions& options, const train::Cohort& cohort) {
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
                  options.snapshot, cohort.name, sweep::to_text(kept)));
  return found - kept.begin();
}

/// Indices and names of the parameters that --parameters asks for; the network's size stands for `all`.
std::vector<std::pair<std::int64_t, std::string>> parameters(const CompareOptions& options,
                                                             const network::Network& network) {
  std::vector<std::pair<std::int64_t, std::string>> all;
  for (const auto& parameter : network.parameters)
    all.emplace_back(static_cast<std::int64_t>(all.size()), parameter.name);
  all.emplace_back(static_cast<std::int64_t>(all.size()), "all");
  if (options.parameters == "each") return all;
  std::vector<std::pair<std::int64_t, std::string>> chosen;
  const auto wanted = split_names(options.parameters);
  for (const auto& entry : all)
    if (std::find(wanted.begin(), wanted.end(), entry.second) != wanted.end()) chosen.push_back(entry);
  std::string known = "each";
  for (const auto& entry : all) known += ", " + entry.second;
  KINDRED_VALIDATE(
      chosen.size() == wanted.size(),
      usage_error("--parameters {}: not all of these exist (known: {})", options.parameters, known));
  return chosen;
}

std::vector<std::pair<std::int64_t, std::string>> representations(const network::Network& network) {
  std::vector<std::pair<std::int64_t, std::string>> all;
  for (const auto& name : network.representations())
    all.emplace_back(static_cast<std::int64_t>(all.size()), name);
  return all;
}

}  // namespace

FeatureContext Job::context(std::size_t cohort, const store::PopulationFile& file,
                            const train::Samples& samples) const {
  return {file, sweep, cohorts[cohort], samples, weights_snapshot[cohort], probes[cohort]};
}

Job make_job(const CompareOptions& options, const store::PopulationFile& file) {
  Job job;
  job.sweep = sweep::parse_sweep(file.attribute("sweep"), options.population);
  job.cohorts = train::make_cohorts(job.sweep);
  const auto states = file.states();
  const auto chosen = choose_metrics(options.metrics);
  job.layout.attributes = {{"sweep_id", file.attribute("sweep_id")},
                           {"population", options.population},
                           {"created", utc_now()},
                           {"created_by", version_line()}};
  for (std::size_t c = 0; c < job.cohorts.size(); ++c) {
    const auto& cohort = job.cohorts[c];
    auto& valid = job.valid.emplace_back();
    for (const auto run : cohort.runs)
      valid.push_back(states[static_cast<std::size_t>(run)] == store::State::done);
    job.weights_snapshot.push_back(weights_snapshot(options, cohort));
    job.probes.push_back(std::min(options.probes, cohort.test_samples));
    store::SimilarityCohort layout{cohort.name, cohort.runs, {}};
    for (const auto& metric : chosen) {
      store::MatrixLayout matrix{
          std::string(metric.name), std::string(metric.slice_dimension()), {}, {}, metric.low, metric.high};
      const auto epoch = cohort.weight_snapshots[static_cast<std::size_t>(job.weights_snapshot.back())];
      matrix.attributes = {{"kind", std::string(metric.kind)},
                           {"definition", std::string(metric.definition)},
                           {"snapshot", std::to_string(epoch)}};
      if (metric.subject == Subject::gram) matrix.attributes["probes"] = std::to_string(job.probes.back());
      const auto sources = metric.subject == Subject::gram ? representations(cohort.network)
                                                           : parameters(options, cohort.network);
      for (const auto& [source, name] : sources) {
        job.slices.push_back({c, metric, source, static_cast<std::int64_t>(matrix.slices.size()), name});
        matrix.slices.push_back(name);
      }
      layout.matrices.push_back(std::move(matrix));
    }
    job.layout.cohorts.push_back(std::move(layout));
  }
  return job;
}

std::vector<Task> make_tasks(const Job& job, std::size_t memory) {
  std::vector<Task> tasks;
  for (std::size_t s = 0; s < job.slices.size(); ++s) {
    const auto& slice = job.slices[s];
    const auto& cohort = job.cohorts[slice.cohort];
    const auto& parameters = cohort.network.parameters;
    const auto probes = job.probes[slice.cohort];
    const bool one_parameter = slice.source < static_cast<std::int64_t>(parameters.size());
    const auto length = slice.metric.subject == Subject::gram ? probes * (probes + 1) / 2
                        : one_parameter ? parameters[static_cast<std::size_t>(slice.source)].size
                                        : cohort.network.size;
    for (const auto& tile :
         make_tiles(static_cast<std::int64_t>(cohort.runs.size()), blocks_that_fit(length, memory)))
      tasks.push_back({s, tile, static_cast<double>(length) * static_cast<double>(tile.rows * tile.columns)});
  }
  std::stable_sort(tasks.begin(), tasks.end(), [](const Task& a, const Task& b) { return a.cost > b.cost; });
  return tasks;
}

}  // namespace kindred::compare
