#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "app/json.hpp"
#include "app/summary.hpp"
#include "app/table.hpp"
#include "core/error.hpp"
#include "merge/attributes.hpp"
#include "population/groups.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::app {
namespace {

/// The figures of the runs of one group, at the last snapshot.
struct Group {
  std::vector<std::int64_t> rows;  ///< of the cohort
  Spread accuracy;
  SpreadTable moments, fluctuation, spectrum;
};

struct Cohort {
  std::string name, dataset, architecture;
  StateCounts counts;
  std::int64_t parameters = 0;
  std::int64_t epoch = -1;  ///< of the last snapshot; −1 without any
  std::vector<Group> groups;
};

/// The share of runs that the file's own groups have.
double optimal_fraction(const store::PopulationFile& file, const std::string& path) {
  std::map<std::string, std::string> attributes;
  for (const char* name : {"sweep", "ingest"})
    if (file.has_attribute(name)) attributes[name] = file.attribute(name);
  try {
    return merge::optimal_fraction(attributes, path);
  } catch (const Error&) {  // a text that this program does not know
    return sweep::Record().optimal_fraction;
  }
}

Cohort read_cohort(const store::PopulationFile& file, const std::string& name, const RunsTable& table,
                   double fraction) {
  Cohort cohort{name, file.attribute(name, "dataset"), architecture_name(file, name), {}, 0, -1, {}};
  const auto runs = runs_of(file, name, table);
  cohort.counts = count_states(table, runs);
  cohort.parameters = parameter_count(file, name);
  const auto epochs = snapshot_epochs(file, name);
  if (!epochs.empty()) cohort.epoch = epochs.back();
  const auto last = static_cast<std::int64_t>(epochs.size()) - 1;

  const Figures moments(file, name, "moments"), fluctuation(file, name, "layer_fluctuation");
  const Figures spectrum(file, name, "spectrum");
  for (auto& rows : population::choose_groups(runs, table.states, table.test_accuracy, table.ids, fraction))
    cohort.groups.push_back(
        {std::move(rows), {}, SpreadTable(moments), SpreadTable(fluctuation), SpreadTable(spectrum)});
  for (const auto row : cohort.groups[0].rows) {
    const auto values = moments.read(row, last), strengths = fluctuation.read(row, last);
    const auto spectral = spectrum.read(row, last);
    for (auto& group : cohort.groups) {
      if (!std::binary_search(group.rows.begin(), group.rows.end(), row)) continue;
      const auto run = static_cast<std::size_t>(runs[static_cast<std::size_t>(row)]);
      group.accuracy.add(table.test_accuracy[run]);
      group.moments.add(values);
      group.fluctuation.add(strengths);
      group.spectrum.add(spectral);
    }
  }
  return cohort;
}

nlohmann::ordered_json json_of(const Cohort& cohort) {
  nlohmann::ordered_json json{
      {"name", cohort.name}, {"dataset", cohort.dataset}, {"architecture", cohort.architecture}};
  add_counts(json, cohort.counts);
  json["parameters"] = cohort.parameters > 0 ? nlohmann::ordered_json(cohort.parameters) : nullptr;
  json["epoch"] = cohort.epoch >= 0 ? nlohmann::ordered_json(cohort.epoch) : nullptr;
  for (std::size_t i = 0; i < cohort.groups.size(); ++i) {
    const auto& group = cohort.groups[i];
    json["groups"][population::group_names[i]] = {{"runs", group.rows.size()},
                                                  {"test_accuracy", json_of(group.accuracy)},
                                                  {"moments", json_of(group.moments)},
                                                  {"layer_fluctuation", json_of(group.fluctuation)},
                                                  {"spectrum", json_of(group.spectrum)}};
  }
  return json;
}

std::string cell(const Spread& spread) {
  return median_text(spread.quantile(0.25), spread.quantile(0.5), spread.quantile(0.75));
}

std::string accuracy_text(const Cohort& cohort) {
  Table table({"group", "runs", "test accuracy (%): mean", "std", "min", "max"});
  for (std::size_t i = 0; i < cohort.groups.size(); ++i) {
    const auto& [rows, accuracy, moments, fluctuation, spectrum] = cohort.groups[i];
    if (i > 0 && rows.empty()) continue;
    table.add({population::group_names[i], std::to_string(rows.size()), percent_text(accuracy.mean()),
               percent_text(accuracy.deviation()), percent_text(accuracy.quantile(0)),
               percent_text(accuracy.quantile(1))});
  }
  auto text = table.text();
  if (cohort.groups[1].rows.empty())
    text += fmt::format("  no optimal and suboptimal runs: {} done runs of known accuracy, 8 are needed\n",
                        cohort.groups[0].accuracy.count());
  return text;
}

/// The names of columns of a file, for the head of a table.
std::string head(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

/// A table of one column of figures, a column for each group that has runs; `name` stands over the rows'
/// names. The row of the whole network comes first.
std::string groups_text(const Cohort& cohort, SpreadTable Group::*member, const std::string& name,
                        std::size_t column) {
  std::vector<std::string> names{name};
  std::vector<const SpreadTable*> tables;
  for (std::size_t i = 0; i < cohort.groups.size(); ++i) {
    if (i > 0 && cohort.groups[i].rows.empty()) continue;
    names.push_back(population::group_names[i]);
    tables.push_back(&(cohort.groups[i].*member));
  }
  Table lines(names);
  const auto& labels = tables[0]->rows;
  std::vector<std::size_t> rows(labels.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::stable_partition(rows.begin(), rows.end(), [&](std::size_t row) { return labels[row] == "all"; });
  for (const auto row : rows) {
    std::vector<std::string> cells{labels[row]};
    for (const auto* table : tables) cells.push_back(cell(table->at(row, column)));
    lines.add(cells);
  }
  return lines.text();
}

std::string text_of(const store::PopulationFile& file, const Cohort& cohort) {
  auto text = fmt::format("{}\n  {} on {}, {}; {}\n", printable(cohort.name),
                          cohort.architecture.empty() ? "networks" : printable(cohort.architecture),
                          cohort.dataset.empty() ? "an unknown dataset" : printable(cohort.dataset),
                          cohort.parameters > 0 ? fmt::format("{} parameters", cohort.parameters)
                                                : std::string("parameters not counted"),
                          cohort.counts.text());
  if (cohort.counts.done == 0) return text + "  no run is done: there are no figures yet\n";
  text += fmt::format("\n{}", accuracy_text(cohort));
  if (cohort.epoch < 0) return text + "\n  the file has no statistics of the weights\n";

  text += "\n  Median over the runs of a group, [lower quartile, upper quartile]\n";
  if (const Figures moments(file, cohort.name, "moments"); !moments.empty()) {
    text += fmt::format("\n  Weights after epoch {}\n", cohort.epoch);
    for (const auto* name : {"mean", "variance", "skewness", "kurtosis", "l2_norm"})
      text += groups_text(cohort, &Group::moments, head(name), moments.column(name));
  }
  if (!cohort.groups[0].fluctuation.rows.empty())
    text +=
        fmt::format("\n  {}\n{}", fluctuation_title, groups_text(cohort, &Group::fluctuation, "layer", 0));
  if (const Figures spectrum(file, cohort.name, "spectrum"); !spectrum.empty()) {
    text += fmt::format("\n  {}\n", spectrum_title);
    for (const auto* name : {"spectral_norm", "stable_rank", "alpha"})
      text += groups_text(cohort, &Group::spectrum, head(name), spectrum.column(name));
  }
  return text;
}

}  // namespace

std::string summarise_cohorts(const store::PopulationFile& file, const std::string& path, bool json) {
  const RunsTable table(file);
  const auto counts = count_states(table);
  const double fraction = optimal_fraction(file, path);
  std::vector<Cohort> cohorts;
  for (const auto& name : file.cohorts()) cohorts.push_back(read_cohort(file, name, table, fraction));
  if (json) {
    nlohmann::ordered_json result;
    add_counts(result, counts);
    result["optimal_fraction"] = fraction;
    result["cohorts"] = nlohmann::ordered_json::array();
    for (const auto& cohort : cohorts) result["cohorts"].push_back(json_of(cohort));
    return json_text(result);
  }
  auto text = fmt::format("{}: {}\n{}", path, counts.text(), pending_note(counts));
  for (const auto& cohort : cohorts) text += fmt::format("\n{}", text_of(file, cohort));
  return text;
}

}  // namespace kindred::app
