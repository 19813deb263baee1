#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "app/json.hpp"
#include "app/summary.hpp"
#include "app/summary_settings.hpp"
#include "app/table.hpp"
#include "core/error.hpp"

namespace kindred::app {
namespace {

/// The runs of one value of the setting.
struct Line {
  std::size_t first = 0;  ///< a run of that value
  StateCounts counts;
  Spread accuracy;
  std::vector<Spread> moments;  ///< of the whole network, by moment
};

/// The moments of the whole network of each done run at its cohort's last snapshot; empty where there are
/// none. `names` are the moments.
struct WholeMoments {
  std::vector<std::string> names;
  std::vector<std::vector<double>> of_run;
};

WholeMoments read_moments(const store::PopulationFile& file, const RunsTable& table) {
  WholeMoments whole{{}, std::vector<std::vector<double>>(table.states.size())};
  for (const auto& cohort : file.cohorts()) {
    const Figures moments(file, cohort, "moments");
    if (moments.empty()) continue;
    if (whole.names.empty()) whole.names = moments.columns();
    KINDRED_VALIDATE(whole.names == moments.columns(),
                     io_error("the cohorts have different moments (the file is damaged) run kindred verify"));
    const auto all = moments.row("all") * whole.names.size();
    const auto last = static_cast<std::int64_t>(snapshot_epochs(file, cohort).size()) - 1;
    const auto runs = runs_of(file, cohort, table);
    for (std::size_t row = 0; row < runs.size(); ++row) {
      const auto run = static_cast<std::size_t>(runs[row]);
      if (table.states[run] != store::State::done) continue;
      const auto values = moments.read(static_cast<std::int64_t>(row), last);
      whole.of_run[run].assign(values.begin() + static_cast<std::ptrdiff_t>(all),
                               values.begin() + static_cast<std::ptrdiff_t>(all + whole.names.size()));
    }
  }
  return whole;
}

/// A line for each value that `runs` have, in the order of the values.
std::vector<Line> group(const Setting& setting, std::vector<std::size_t> runs, const RunsTable& table,
                        const WholeMoments& whole) {
  std::stable_sort(runs.begin(), runs.end(),
                   [&](std::size_t a, std::size_t b) { return setting.less(a, b); });
  std::vector<Line> lines;
  for (const auto run : runs) {
    if (lines.empty() || setting.less(lines.back().first, run))
      lines.push_back({run, {}, {}, std::vector<Spread>(whole.names.size())});
    auto& line = lines.back();
    line.counts.add(table.states[run]);
    if (table.states[run] != store::State::done) continue;
    line.accuracy.add(table.test_accuracy[run]);
    for (std::size_t i = 0; i < whole.of_run[run].size(); ++i) line.moments[i].add(whole.of_run[run][i]);
  }
  return lines;
}

nlohmann::ordered_json json_of(const std::vector<Line>& lines, const Setting& setting,
                               const WholeMoments& whole) {
  auto json = nlohmann::ordered_json::array();
  for (const auto& line : lines) {
    nlohmann::ordered_json entry{{"value", setting.json(line.first)}};
    add_counts(entry, line.counts);
    entry["test_accuracy"] = json_of(line.accuracy);
    entry["moments"] = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < whole.names.size(); ++i)
      entry["moments"][whole.names[i]] = json_of(line.moments[i]);
    json.push_back(std::move(entry));
  }
  return json;
}

std::string text_of(const std::vector<Line>& lines, const std::string& key, const Setting& setting,
                    const WholeMoments& whole) {
  std::vector<std::string> head{key, "runs", "diverged", "mean", "min", "max"};
  std::vector<std::size_t> columns;
  for (const auto* name : {"mean", "variance", "skewness", "kurtosis"})
    if (const auto at = std::ranges::find(whole.names, name); at != whole.names.end()) {
      columns.push_back(static_cast<std::size_t>(at - whole.names.begin()));
      head.push_back(std::string("±") + *at);
    }
  Table table(head);
  for (const auto& line : lines) {
    std::vector<std::string> cells{setting.text(line.first),
                                   std::to_string(line.counts.runs),
                                   std::to_string(line.counts.diverged),
                                   percent_text(line.accuracy.mean()),
                                   percent_text(line.accuracy.quantile(0)),
                                   percent_text(line.accuracy.quantile(1))};
    for (const auto column : columns) {
      const auto& moment = line.moments[column];
      cells.push_back(number_text(moment.count() > 1 ? moment.deviation() : NAN, 3));
    }
    table.add(cells);
  }
  return table.text(0);
}

}  // namespace

std::string summarise_by(const store::PopulationFile& file, const std::string& path, const std::string& key,
                         bool as_json) {
  const auto names = setting_names(file);
  KINDRED_VALIDATE(!names.empty(), usage_error("--group-by {}: {} has no settings (its runs were trained "
                                               "elsewhere) leave it out",
                                               key, path));
  KINDRED_VALIDATE(
      std::ranges::find(names, key) != names.end(),
      usage_error("--group-by {}: there is no such setting (those of {} are {}) name one of these", key, path,
                  fmt::join(names, ", ")));
  const RunsTable table(file);
  const Setting setting(file, key);
  const auto whole = read_moments(file, table);
  std::vector<std::size_t> everything(table.states.size());
  std::iota(everything.begin(), everything.end(), std::size_t{0});
  const auto lines = group(setting, everything, table, whole);
  std::vector<std::pair<std::string, std::vector<Line>>> cohorts;
  for (const auto& cohort : file.cohorts()) {
    const auto rows = runs_of(file, cohort, table);
    cohorts.emplace_back(cohort, group(setting, {rows.begin(), rows.end()}, table, whole));
  }
  const auto counts = count_states(table);

  if (as_json) {
    nlohmann::ordered_json json{{"key", key}};
    add_counts(json, counts);
    json["groups"] = json_of(lines, setting, whole);
    json["cohorts"] = nlohmann::ordered_json::array();
    for (const auto& [name, of_cohort] : cohorts)
      json["cohorts"].push_back({{"name", name}, {"groups", json_of(of_cohort, setting, whole)}});
    return json_text(json);
  }
  auto text = fmt::format("{}: {}\n{}", path, counts.text(), pending_note(counts));
  text += "mean, min, max: test accuracy (%) of the done runs";
  if (!whole.names.empty())
    text += "\n±: standard deviation between done runs of a moment of all weights, at the last snapshot";
  text += "\n";
  text += fmt::format("\n{}", text_of(lines, key, setting, whole));
  if (cohorts.size() < 2) return text;
  text += "\nThese are of all cohorts, whose networks differ. Each cohort by itself:\n";
  for (const auto& [name, of_cohort] : cohorts)
    text += fmt::format("\n{}\n", printable(name)) + text_of(of_cohort, key, setting, whole);
  return text;
}

}  // namespace kindred::app
