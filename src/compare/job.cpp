#include "compare/job.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "compare/planner.hpp"
#include "compare/scopes.hpp"
#include "core/build_info.hpp"
#include "core/hash.hpp"
#include "core/time.hpp"

namespace kindred::compare {
namespace {

/// The epoch that is compared: the cohort's last one, or the one that --snapshot names.
std::int64_t asked_epoch(const CompareOptions& options, const Cohort& cohort) {
  const auto& epochs = cohort.snapshots.empty() ? cohort.weight_snapshots : cohort.snapshots;
  KINDRED_VALIDATE(!epochs.empty(), io_error("{}: cohort {} has neither statistics nor weights (nothing to "
                                             "compare) train it again",
                                             options.population, cohort.name));
  if (options.snapshot == "final") return epochs.back();
  std::int64_t epoch = -1;
  const auto* end = options.snapshot.data() + options.snapshot.size();
  const auto [rest, code] = std::from_chars(options.snapshot.data(), end, epoch);
  KINDRED_VALIDATE(
      code == std::errc() && rest == end && std::ranges::find(epochs, epoch) != epochs.end(),
      usage_error("--snapshot {}: cohort {} has snapshots of epochs {} (give one of these, or final)",
                  options.snapshot, cohort.name, epochs));
  return epoch;
}

std::int64_t index_of(const std::vector<std::int64_t>& epochs, std::int64_t epoch) {
  const auto found = std::ranges::find(epochs, epoch);
  return found == epochs.end() ? -1 : found - epochs.begin();
}

void read_everything(Job& job, const CompareOptions& options, const store::PopulationFile& file) {
  const auto states = file.states();
  for (auto& read : read_cohorts(file, options.population)) {
    const auto& cohort = job.cohorts.emplace_back(std::move(read));
    auto& valid = job.valid.emplace_back();
    for (const auto run : cohort.runs)
      valid.push_back(states[static_cast<std::size_t>(run)] == store::State::done);
    const auto epoch = asked_epoch(options, cohort);
    job.epoch.push_back(epoch);
    job.snapshot.push_back(index_of(cohort.snapshots, epoch));
    job.weights_snapshot.push_back(index_of(cohort.weight_snapshots, epoch));
  }
}

/// A line for each cohort that some metrics are impossible for; refuses metrics that were named and are
/// impossible for all.
void check_metrics(Job& job, const CompareOptions& options, const store::PopulationFile& file,
                   const std::vector<Metric>& chosen) {
  std::vector<std::size_t> possible(chosen.size());
  for (std::size_t c = 0; c < job.cohorts.size(); ++c) {
    std::map<std::string, std::vector<std::string_view>> left_out;
    for (std::size_t m = 0; m < chosen.size(); ++m) {
      const auto reason = obstacle(job, chosen[m], c, file);
      if (reason.empty())
        ++possible[m];
      else
        left_out[reason].push_back(chosen[m].name);
    }
    for (const auto& [reason, names] : left_out)
      job.left_out.push_back(
          fmt::format("cohort {}: without {} ({})", job.cohorts[c].name, fmt::join(names, ", "), reason));
  }
  const bool none = std::ranges::all_of(possible, [](std::size_t count) { return count == 0; });
  for (std::size_t m = 0; m < chosen.size(); ++m)
    KINDRED_VALIDATE(
        possible[m] > 0 || (is_metric_set(options.metrics) && !none),
        usage_error("--metrics: {} of no cohort of {} can be computed ({}: {}) leave it out", chosen[m].name,
                    options.population, job.cohorts.front().name, obstacle(job, chosen[m], 0, file)));
}

std::uint64_t key_of(const Job& job, const CompareOptions& options, const store::PopulationFile& file) {
  std::string text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", version_line(), file.attribute("sweep_id"),
                                 options.metrics, options.parameters, options.snapshot, options.probes);
  if (job.device.accelerator) text += job.device.name + "\n";
  for (const auto& cohort : job.cohorts) text += fmt::format("{} {}\n", cohort.name, cohort.runs);
  for (const auto& valid : job.valid)
    for (const bool done : valid) text += done ? '1' : '0';
  return xxh64(text + fmt::format("\n{}", file.words("checksum")));
}

}  // namespace

std::set<std::string> Job::datasets() const {
  std::set<std::string> names;
  for (const auto& unit : units)
    if (unit.metrics.front().subject == Subject::representations)
      for (const auto cohort : {unit.left, unit.right}) names.emplace(cohorts[cohort].dataset->name);
  return names;
}

Source Job::source(std::size_t cohort, std::int64_t slice, std::int64_t probes,
                   const store::PopulationFile& file, const Images* images) const {
  const auto* dataset = cohorts[cohort].dataset;
  return {&file,
          &cohorts[cohort],
          &valid[cohort],
          slice,
          snapshot[cohort],
          weights_snapshot[cohort],
          probes,
          dataset && images ? images->test(std::string(dataset->name)) : std::span<const std::uint8_t>(),
          device.accelerator.get()};
}

Job make_job(const CompareOptions& options, const store::PopulationFile& file, const Device& device) {
  Job job;
  job.device = device;
  const auto chosen = choose_metrics(options.metrics);
  read_everything(job, options, file);
  check_metrics(job, options, file, chosen);
  check_parameters(job, options, chosen);
  job.layout.attributes = {{"sweep_id", file.attribute("sweep_id")},
                           {"population", options.population},
                           {"created", utc_now()},
                           {"created_by", version_line()},
                           {"libraries", options.libraries},
                           {"metrics", options.metrics},
                           {"parameters", options.parameters},
                           {"device", device.name}};
  Planner planner(job, options, file);
  std::map<std::string, std::vector<std::size_t>> datasets;
  std::vector<std::size_t> all;
  for (std::size_t c = 0; c < job.cohorts.size(); ++c) {
    planner.add_scope(job.cohorts[c].name, {c}, Reach::cohort, chosen);
    all.push_back(c);
    if (const auto& name = job.cohorts[c].dataset_name; !name.empty()) datasets[name].push_back(c);
  }
  for (const auto& [name, members] : datasets)
    planner.add_scope("/dataset/" + name, members, Reach::dataset, chosen);
  planner.add_scope("/all", all, Reach::all, chosen);
  job.key = key_of(job, options, file);
  job.layout.attributes["comparison"] = fmt::format("{:016x}", job.key);
  return job;
}

}  // namespace kindred::compare
