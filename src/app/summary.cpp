#include "app/summary.hpp"

#include <nlohmann/json.hpp>

#include "app/json.hpp"
#include "core/error.hpp"

namespace kindred::app {

RunsTable::RunsTable(const store::PopulationFile& file)
    : states(file.states()), test_accuracy(file.reals("test_accuracy")), ids(file.words("id")) {
  const auto count = static_cast<std::size_t>(file.runs());
  KINDRED_VALIDATE(states.size() == count && test_accuracy.size() == count && ids.size() == count,
                   io_error("the columns of /runs are of several lengths (the file is damaged) "
                            "run kindred verify"));
}

void StateCounts::add(store::State state) {
  ++runs;
  done += state == store::State::done;
  diverged += state == store::State::diverged;
  failed += state == store::State::failed;
  pending += state == store::State::pending;
}

std::string StateCounts::text() const {
  std::string text = fmt::format("{} run{}: {} done", runs, runs == 1 ? "" : "s", done);
  for (const auto& [count, name] :
       {std::pair(diverged, "diverged"), std::pair(failed, "failed"), std::pair(pending, "pending")})
    if (count > 0) text += fmt::format(", {} {}", count, name);
  return text;
}

void add_counts(nlohmann::ordered_json& json, const StateCounts& counts) {
  json["runs"] = counts.runs;
  json["done"] = counts.done;
  json["diverged"] = counts.diverged;
  json["failed"] = counts.failed;
  json["pending"] = counts.pending;
}

StateCounts count_states(const RunsTable& runs) {
  StateCounts counts;
  for (const auto state : runs.states) counts.add(state);
  return counts;
}

StateCounts count_states(const RunsTable& table, const std::vector<std::int64_t>& runs) {
  StateCounts counts;
  for (const auto run : runs) counts.add(table.states[static_cast<std::size_t>(run)]);
  return counts;
}

std::vector<std::int64_t> runs_of(const store::PopulationFile& file, const std::string& cohort,
                                  const RunsTable& runs) {
  auto rows = file.cohort_runs(cohort);
  const auto count = static_cast<std::int64_t>(runs.states.size());
  for (const auto run : rows)
    KINDRED_VALIDATE(run >= 0 && run < count,
                     io_error("/cohorts/{}/run names run {} of {} (the file is damaged) run kindred verify",
                              cohort, run, count));
  return rows;
}

std::string pending_note(const StateCounts& counts) {
  if (counts.pending == 0) return "";
  return fmt::format("{} of {} runs are still to be trained: the figures are of the {} done so far.\n",
                     counts.pending, counts.runs, counts.done);
}

nlohmann::ordered_json json_of(const Spread& spread) {
  return {
      {"mean", json_number(spread.mean())},          {"std", json_number(spread.deviation())},
      {"min", json_number(spread.quantile(0))},      {"lower_quartile", json_number(spread.quantile(0.25))},
      {"median", json_number(spread.quantile(0.5))}, {"upper_quartile", json_number(spread.quantile(0.75))},
      {"max", json_number(spread.quantile(1))}};
}

nlohmann::ordered_json json_of(const SpreadTable& table) {
  auto json = nlohmann::ordered_json::object();
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      auto& at = json[table.rows[row]];
      (table.columns[column].empty() ? at : at[table.columns[column]]) = json_of(table.at(row, column));
    }
  return json;
}

}  // namespace kindred::app
