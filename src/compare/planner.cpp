#include "compare/planner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kindred::compare {
namespace {

bool looks_at_logits(const Metric& metric) {
  return metric.family == Family::classes || metric.family == Family::probabilities;
}

}  // namespace

const Slices& Planner::Plan::most() const {
  return *std::ranges::max_element(slices, {}, [](const Slices& of) { return of.size(); });
}

std::int64_t Planner::Plan::slice(std::size_t member, std::size_t position) const {
  return position < slices[member].size() ? slices[member][position].first : -1;
}

void Planner::add_scope(const std::string& name, const std::vector<std::size_t>& members, Reach reach,
                        const std::vector<Metric>& metrics) {
  scope_ = name;
  reach_ = reach;
  members_ = members;
  offsets_.clear();
  store::SimilarityCohort layout{name, {}, {}};
  for (const auto member : members) {
    const auto& runs = job_.cohorts[member].runs;
    offsets_.push_back(static_cast<std::int64_t>(layout.runs.size()));
    layout.runs.insert(layout.runs.end(), runs.begin(), runs.end());
  }
  for (const auto& metric : metrics)
    if (metric.reach >= reach) add_matrix(layout, metric);
  if (!layout.matrices.empty()) job_.layout.cohorts.push_back(std::move(layout));
}

Planner::Plan Planner::plan(const Metric& metric) const {
  Plan plan{metric, {}, 0};
  for (const auto member : members_) {
    const auto& cohort = job_.cohorts[member];
    auto& slices = plan.slices.emplace_back();
    if (!obstacle(job_, metric, member, file_).empty()) continue;
    slices = reach_ == Reach::cohort ? own_slices(options_, metric, cohort)
                                     : common_slices(options_, metric, cohort);
    if (!looks_at_logits(metric) && metric.subject != Subject::representations) continue;
    const auto probes =
        looks_at_logits(metric) ? cohort.probes : std::min(options_.probes, cohort.test_samples);
    plan.probes = plan.probes == 0 ? probes : std::min(plan.probes, probes);
  }
  return plan;
}

void Planner::add_matrix(store::SimilarityCohort& layout, const Metric& metric) {
  const Plan planned = plan(metric);
  const auto has_any = [](const Slices& of) {
    return std::ranges::any_of(of, [](const auto& slice) { return slice.first >= 0; });
  };
  if (!std::ranges::any_of(planned.slices, has_any)) return;
  store::MatrixLayout matrix{std::string(metric.name), "", {}, {}, metric.low, metric.high};
  matrix.attributes = {{"kind", std::string(metric.kind)}, {"definition", std::string(metric.definition)}};
  matrix.attributes["snapshot"] =
      reach_ == Reach::cohort ? std::to_string(job_.epoch[members_.front()]) : options_.snapshot;
  if (planned.probes > 0) matrix.attributes["probes"] = std::to_string(planned.probes);
  const auto& named = planned.most();
  if (!named.front().second.empty())
    matrix.slice_dimension = reach_ == Reach::cohort ? slice_dimension(metric.subject) : "role";
  for (std::size_t position = 0; position < named.size(); ++position) {
    if (!matrix.slice_dimension.empty()) matrix.slices.push_back(named[position].second);
    add_pairs(planned, position);
  }
  layout.matrices.push_back(std::move(matrix));
}

void Planner::add_pairs(const Plan& plan, std::size_t position) {
  const auto scale = plan.metric.family == Family::moments ? scale_of(plan, position) : nullptr;
  for (std::size_t i = 0; i < members_.size(); ++i)
    for (std::size_t j = i; j < members_.size(); ++j) {
      const auto left = plan.slice(i, position), right = plan.slice(j, position);
      if (left < 0 || right < 0 || !fit(plan.metric, members_[i], members_[j])) continue;
      add(plan.metric, {{}, {}, members_[i], members_[j], left, right, plan.probes, scale},
          {scope_, static_cast<std::int64_t>(position), offsets_[i], offsets_[j]});
    }
}

std::shared_ptr<const MomentScale> Planner::scale_of(const Plan& plan, std::size_t position) {
  auto& scaled = job_.scales.emplace_back(ScaledSlices{std::make_shared<MomentScale>(), {}});
  for (std::size_t i = 0; i < members_.size(); ++i)
    if (const auto slice = plan.slice(i, position); slice >= 0)
      scaled.slices.emplace_back(members_[i], slice);
  return scaled.scale;
}

/// Whether runs of two cohorts can be compared pair by pair.
bool Planner::fit(const Metric& metric, std::size_t left, std::size_t right) const {
  const auto &a = job_.cohorts[left], &b = job_.cohorts[right];
  if (looks_at_logits(metric)) return a.classes == b.classes;
  if (metric.family == Family::histograms)
    return file_.cohort_reals(a.name, "bin") == file_.cohort_reals(b.name, "bin");
  return true;
}

void Planner::add(const Metric& metric, Unit unit, const Destination& destination) {
  // z-scores are taken over the scope, so moments are shared by no two.
  const auto name =
      fmt::format("{} {} {} {} {} {} {}", static_cast<int>(metric.family), unit.left, unit.right,
                  unit.left_slice, unit.right_slice, unit.probes, unit.scale ? scope_ : "");
  const auto [found, is_new] = index_.emplace(name, job_.units.size());
  if (is_new) job_.units.push_back(std::move(unit));
  auto& shared = job_.units[found->second];
  auto known = std::ranges::find(shared.metrics, metric.name, &Metric::name);
  if (known == shared.metrics.end()) {
    known = shared.metrics.insert(known, metric);
    shared.destinations.emplace_back();
  }
  shared.destinations[static_cast<std::size_t>(known - shared.metrics.begin())].push_back(destination);
}

}  // namespace kindred::compare
