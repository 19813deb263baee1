#include "merge/plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <unordered_map>

#include "core/error.hpp"
#include "merge/attributes.hpp"
#include "merge/difference.hpp"
#include "population/subject.hpp"

namespace kindred::merge {
namespace {

using store::State;

bool is_settled(State state) { return state == State::done || state == State::diverged; }

int worth(State state) { return is_settled(state) ? 2 : state == State::failed ? 1 : 0; }

template <class T>
const std::vector<T>& column(const Input& input, const std::string& name) {
  const auto* found = find_column(input.layout, name);
  const auto* values = found ? std::get_if<std::vector<T>>(&found->values) : nullptr;
  KINDRED_VALIDATE(
      values, io_error("{}:/runs/{} is missing or of another type (the file is damaged)", input.path, name));
  return *values;
}

/// The merged runs as they are found, and what contradicts itself.
class Runs {
 public:
  explicit Runs(const std::vector<Input>& inputs) : inputs_(inputs) {
    for (std::size_t input = 0; input < inputs.size(); ++input)
      for (std::int64_t run = 0; run < inputs[input].layout.runs(); ++run) add({input, run});
    KINDRED_VALIDATE(
        conflicts_.empty(),
        io_error(
            "{} runs that several files have finished have other results in each ({}{}) they are of other "
            "builds, engines or machines, or damaged: see kindred verify, and leave a file out",
            conflicts_.size(),
            fmt::join(std::span(conflicts_).first(std::min(conflicts_.size(), most)), "; "),
            conflicts_.size() > most ? "; …" : ""));
  }

  std::vector<std::uint64_t> ids;
  std::vector<std::string> cohorts;
  std::vector<Place> first, taken;  ///< where a run appears first, and where it is taken from

 private:
  static constexpr std::size_t most = 8;

  State state(const Place& place) const {
    return inputs_[place.input].states[static_cast<std::size_t>(place.run)];
  }
  std::uint64_t checksum(const Place& place) const {
    return inputs_[place.input].checksums[static_cast<std::size_t>(place.run)];
  }
  std::string name(const Place& place) const {
    return fmt::format("run {} of {}", place.run, inputs_[place.input].path);
  }

  void add(const Place& place) {
    const auto run = static_cast<std::size_t>(place.run);
    const auto& input = inputs_[place.input];
    const auto id = column<std::uint64_t>(input, "id")[run];
    const auto& cohort = column<std::string>(input, "cohort")[run];
    const auto [found, is_new] = index_.emplace(id, ids.size());
    if (is_new) {
      ids.push_back(id);
      cohorts.push_back(cohort);
      first.push_back(place);
      taken.push_back(place);
      return;
    }
    auto& other = taken[found->second];
    KINDRED_VALIDATE(cohorts[found->second] == cohort,
                     usage_error("{} and {} are the same run, in the cohorts {} and {} (recorded at other "
                                 "snapshots: record.snapshots) leave a file out",
                                 name(first[found->second]), name(place), cohorts[found->second], cohort));
    if (is_settled(state(place)) && is_settled(state(other))) {
      if (state(place) != state(other) || checksum(place) != checksum(other))
        conflicts_.push_back(fmt::format("{:016x}: {}, {}", id, name(other), name(place)));
    } else if (worth(state(place)) > worth(state(other))) {
      other = place;
    }
  }

  const std::vector<Input>& inputs_;
  std::unordered_map<std::uint64_t, std::size_t> index_;
  std::vector<std::string> conflicts_;
};

/// The cohorts of all inputs, in the order in which they first appear, with the merged runs.
std::vector<store::CohortLayout> unite_cohorts(const std::vector<Input>& inputs, const Runs& runs) {
  std::vector<store::CohortLayout> cohorts;
  std::vector<std::string> origins;
  std::map<std::string, std::size_t> index;
  for (const auto& input : inputs)
    for (const auto& cohort : input.layout.cohorts) {
      const auto [found, is_new] = index.emplace(cohort.name, cohorts.size());
      if (is_new) {
        cohorts.push_back(cohort);
        cohorts.back().runs.clear();
        origins.push_back(input.path);
        continue;
      }
      const auto what = any_difference(cohort, cohorts[found->second]);
      KINDRED_VALIDATE(what.empty(),
                       usage_error("the cohort {} of {} is not as that of {} (it has {}) only files recorded "
                                   "in the same way become one",
                                   cohort.name, input.path, origins[found->second], what));
    }
  for (std::size_t run = 0; run < runs.cohorts.size(); ++run)
    cohorts[index.at(runs.cohorts[run])].runs.push_back(static_cast<std::int64_t>(run));
  return cohorts;
}

}  // namespace

Input read_input(const std::string& path) {
  const store::PopulationFile file(path);
  if (const auto problems = file.problems(); !problems.empty())
    throw io_error("{} is damaged ({}) leave it out", path, problems.front());
  return {path, file.layout(), file.states(), file.words("checksum"),
          file.training_time().value_or(store::TrainingTime())};
}

Plan make_plan(const std::vector<Input>& inputs) {
  const Runs runs(inputs);
  Plan plan;
  plan.layout.cohorts = unite_cohorts(inputs, runs);
  plan.layout.groups = inputs.front().layout.groups;
  population::add_identities(plan.layout, runs.ids);
  for (auto& column : unite_columns(inputs, runs.first)) plan.layout.columns.push_back(std::move(column));
  plan.layout.attributes = merged_attributes(inputs, runs.ids);
  plan.sources = runs.taken;
  for (const auto& place : plan.sources)
    plan.states.push_back(inputs[place.input].states[static_cast<std::size_t>(place.run)]);
  return plan;
}

}  // namespace kindred::merge
