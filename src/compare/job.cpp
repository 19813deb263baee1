#include "compare/job.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "compare/moment_comparison.hpp"
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

/// Adds scopes, and to the units what they want.
class Planner {
 public:
  Planner(Job& job, const CompareOptions& options, const store::PopulationFile& file)
      : job_(job), options_(options), file_(file) {}

  /// A scope of one cohort (its own matrices), or of several that are compared by what they have in common.
  void add_scope(const std::string& name, const std::vector<std::size_t>& members, Reach reach,
                 const std::vector<Metric>& metrics) {
    store::SimilarityCohort layout{name, {}, {}};
    offsets_.clear();
    for (const auto member : members) {
      offsets_.push_back(static_cast<std::int64_t>(layout.runs.size()));
      layout.runs.insert(layout.runs.end(), job_.cohorts[member].runs.begin(),
                         job_.cohorts[member].runs.end());
    }
    for (const auto& metric : metrics)
      if (metric.reach >= reach) add_matrix(layout, members, reach, metric);
    if (!layout.matrices.empty()) job_.layout.cohorts.push_back(std::move(layout));
  }

 private:
  void add_matrix(store::SimilarityCohort& scope, const std::vector<std::size_t>& members, Reach reach,
                  const Metric& metric) {
    std::vector<Slices> slices;  // of each member; none where it cannot have the metric
    std::size_t most = 0;
    std::int64_t probes = 0;
    for (const auto member : members) {
      const auto& cohort = job_.cohorts[member];
      slices.emplace_back();
      if (!obstacle(job_, metric, member, file_).empty()) continue;
      slices.back() = reach == Reach::cohort ? own_slices(options_, metric, cohort)
                                             : common_slices(options_, metric, cohort);
      if (slices.back().size() > slices[most].size()) most = slices.size() - 1;
      const auto of_logits = metric.family == Family::classes || metric.family == Family::probabilities;
      if (of_logits || metric.subject == Subject::representations) {
        const auto own = of_logits ? cohort.probes : std::min(options_.probes, cohort.test_samples);
        probes = probes == 0 ? own : std::min(probes, own);
      }
    }
    const auto& named = slices[most];
    const auto has_any = [](const Slices& of) {
      return std::ranges::any_of(of, [](const auto& slice) { return slice.first >= 0; });
    };
    if (!std::ranges::any_of(slices, has_any)) return;

    store::MatrixLayout matrix{std::string(metric.name), "", {}, {}, metric.low, metric.high};
    matrix.attributes = {{"kind", std::string(metric.kind)}, {"definition", std::string(metric.definition)}};
    matrix.attributes["snapshot"] =
        reach == Reach::cohort ? std::to_string(asked_epoch(options_, job_.cohorts[members.front()]))
                               : options_.snapshot;
    if (probes > 0) matrix.attributes["probes"] = std::to_string(probes);
    if (!named.front().second.empty())
      matrix.slice_dimension = reach == Reach::cohort ? slice_dimension(metric.subject) : "role";
    for (std::size_t position = 0; position < named.size(); ++position) {
      if (!matrix.slice_dimension.empty()) matrix.slices.push_back(named[position].second);
      add_pairs(scope.name, members, slices, static_cast<std::int64_t>(position), metric, probes);
    }
    scope.matrices.push_back(std::move(matrix));
  }

  void add_pairs(const std::string& scope, const std::vector<std::size_t>& members,
                 const std::vector<Slices>& slices, std::int64_t position, const Metric& metric,
                 std::int64_t probes) {
    const auto slice = [&](std::size_t i) {
      const auto k = static_cast<std::size_t>(position);
      return k < slices[i].size() ? slices[i][k].first : -1;
    };
    std::shared_ptr<const MomentScale> scale;
    if (metric.family == Family::moments) {
      std::vector<Source> sources;
      for (std::size_t i = 0; i < members.size(); ++i)
        if (slice(i) >= 0) sources.push_back(job_.source(members[i], slice(i), 0, file_, nullptr));
      scale = std::make_shared<MomentScale>(moment_scale(sources));
    }
    for (std::size_t i = 0; i < members.size(); ++i)
      for (std::size_t j = i; j < members.size(); ++j) {
        if (slice(i) < 0 || slice(j) < 0 || !fit(metric, members[i], members[j])) continue;
        auto& unit = unit_of(metric, members[i], members[j], slice(i), slice(j), probes, scale,
                             metric.family == Family::moments ? scope : "");
        const auto m = std::ranges::find(unit.metrics, metric.name, &Metric::name) - unit.metrics.begin();
        unit.destinations[static_cast<std::size_t>(m)].push_back({scope, position, offsets_[i], offsets_[j]});
      }
  }

  /// Whether runs of two cohorts can be compared pair by pair.
  bool fit(const Metric& metric, std::size_t i, std::size_t j) const {
    const auto &a = job_.cohorts[i], &b = job_.cohorts[j];
    if (metric.family == Family::classes || metric.family == Family::probabilities)
      return a.classes == b.classes;
    if (metric.family == Family::histograms)
      return file_.cohort_reals(a.name, "bin") == file_.cohort_reals(b.name, "bin");
    return true;
  }

  Unit& unit_of(const Metric& metric, std::size_t left, std::size_t right, std::int64_t left_slice,
                std::int64_t right_slice, std::int64_t probes, std::shared_ptr<const MomentScale> scale,
                const std::string& scope) {
    const auto name = fmt::format("{} {} {} {} {} {} {}", static_cast<int>(metric.family), left, right,
                                  left_slice, right_slice, probes, scope);
    const auto [found, is_new] = index_.emplace(name, job_.units.size());
    if (is_new) job_.units.push_back({{}, {}, left, right, left_slice, right_slice, probes, scale});
    auto& unit = job_.units[found->second];
    if (std::ranges::find(unit.metrics, metric.name, &Metric::name) == unit.metrics.end()) {
      unit.metrics.push_back(metric);
      unit.destinations.emplace_back();
    }
    return unit;
  }

  Job& job_;
  const CompareOptions& options_;
  const store::PopulationFile& file_;
  std::vector<std::int64_t> offsets_;  ///< of the scope that is being added: each member's first row
  std::map<std::string, std::size_t> index_;
};

void read_everything(Job& job, const CompareOptions& options, const store::PopulationFile& file) {
  const auto states = file.states();
  for (auto& read : read_cohorts(file, options.population)) {
    const auto& cohort = job.cohorts.emplace_back(std::move(read));
    auto& valid = job.valid.emplace_back();
    for (const auto run : cohort.runs)
      valid.push_back(states[static_cast<std::size_t>(run)] == store::State::done);
    const auto epoch = asked_epoch(options, cohort);
    job.snapshot.push_back(index_of(cohort.snapshots, epoch));
    job.weights_snapshot.push_back(index_of(cohort.weight_snapshots, epoch));
  }
}

/// A line for each cohort that some metrics are impossible for; refuses metrics that were named and are
/// impossible for all.
void check_metrics(Job& job, const CompareOptions& options, const store::PopulationFile& file,
                   const std::vector<Metric>& chosen) {
  std::vector<std::size_t> possible(chosen.size());
  std::string why;
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
    KINDRED_VALIDATE(possible[m] > 0 || (is_metric_set(options.metrics) && !none),
                     usage_error("--metrics: {} of no cohort of {} can be computed ({}: {}) leave it out",
                                 chosen[m].name, options.population, job.cohorts.front().name,
                                 obstacle(job, chosen[m], 0, file)));
}

std::uint64_t key_of(const Job& job, const CompareOptions& options, const store::PopulationFile& file) {
  std::string text = fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", version_line(), file.attribute("sweep_id"),
                                 options.metrics, options.parameters, options.snapshot, options.probes);
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
          dataset && images ? images->test(std::string(dataset->name)) : std::span<const std::uint8_t>()};
}

Job make_job(const CompareOptions& options, const store::PopulationFile& file) {
  Job job;
  const auto chosen = choose_metrics(options.metrics);
  read_everything(job, options, file);
  check_metrics(job, options, file, chosen);
  job.layout.attributes = {{"sweep_id", file.attribute("sweep_id")},
                           {"population", options.population},
                           {"created", utc_now()},
                           {"created_by", version_line()}};
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
  return job;
}

}  // namespace kindred::compare
