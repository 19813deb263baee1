#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/json.hpp"
#include "app/nearest.hpp"
#include "app/summary_settings.hpp"
#include "app/table.hpp"
#include "core/error.hpp"

namespace kindred::app {
namespace {

/// What the population file knows of the runs.
struct Known {
  std::string path;
  std::vector<double> test_accuracy;
  std::vector<std::pair<std::string, Setting>> settings;  ///< those that differ within the scope
};

bool varies(const Setting& setting, const std::vector<std::int64_t>& runs) {
  const auto first = static_cast<std::size_t>(runs.front());
  return std::ranges::any_of(runs, [&](std::int64_t run) {
    const auto other = static_cast<std::size_t>(run);
    return setting.less(first, other) || setting.less(other, first);
  });
}

Known read_known(const std::string& path, const Neighbours& neighbours) {
  const store::PopulationFile file(path);
  if (const auto problems = file.problems(); !problems.empty())
    throw io_error("{} is damaged ({}) run kindred verify", path, problems.front());
  const auto last = *std::ranges::max_element(neighbours.runs);
  const auto first = *std::ranges::min_element(neighbours.runs);
  KINDRED_VALIDATE(
      file.attribute("sweep_id") == neighbours.sweep_id && first >= 0 && last < file.runs(),
      usage_error("{} is not the population that was compared (its runs are others) name that one", path));
  Known known{path, file.reals("test_accuracy"), {}};
  for (const auto& name : setting_names(file)) {
    Setting setting(file, name);
    if (varies(setting, neighbours.runs)) known.settings.emplace_back(name, std::move(setting));
  }
  return known;
}

/// The population file that was compared: where the similarity file says, or beside it.
std::string compared_population(const NearestQuery& query, const Neighbours& neighbours) {
  const std::filesystem::path named(neighbours.population);
  const auto beside = std::filesystem::path(query.path).parent_path() / named.filename();
  return !std::filesystem::exists(named) && std::filesystem::exists(beside) ? beside.string()
                                                                            : named.string();
}

/// Nothing where the file that the similarity file names is not there any more; `why` says so then.
std::optional<Known> find_known(const NearestQuery& query, const Neighbours& neighbours, std::string& why) {
  if (!query.population.empty()) return read_known(query.population, neighbours);
  try {
    return read_known(compared_population(query, neighbours), neighbours);
  } catch (const Error& error) {
    why = error.what();
    return std::nullopt;
  }
}

nlohmann::ordered_json json_of(std::int64_t run, const Known& known) {
  const auto index = static_cast<std::size_t>(run);
  nlohmann::ordered_json json{{"test_accuracy", json_number(known.test_accuracy[index])}};
  json["settings"] = nlohmann::ordered_json::object();
  for (const auto& [name, setting] : known.settings) json["settings"][name] = setting.json(index);
  return json;
}

std::string neighbours_json(const NearestQuery& query, const Neighbours& neighbours,
                            const std::optional<Known>& known) {
  nlohmann::ordered_json json{{"run", query.run},
                              {"scope", neighbours.scope},
                              {"metric", neighbours.metric},
                              {"kind", neighbours.kind},
                              {"slice", nlohmann::ordered_json::object()},
                              {"farthest", query.farthest},
                              {"compared", neighbours.compared},
                              {"population", nullptr}};
  if (!neighbours.slice_dimension.empty()) json["slice"][neighbours.slice_dimension] = neighbours.slice;
  if (known) {
    json["population"] = known->path;
    json.update(json_of(query.run, *known));
  }
  json["runs"] = nlohmann::ordered_json::array();
  for (const auto& [run, value] : neighbours.found) {
    nlohmann::ordered_json entry{{"run", run}, {"value", json_number(value)}};
    if (known) entry.update(json_of(run, *known));
    json["runs"].push_back(std::move(entry));
  }
  return json_text(json);
}

/// Test accuracy and settings of a run.
std::vector<std::string> cells_of(std::int64_t run, const Known& known) {
  const auto index = static_cast<std::size_t>(run);
  std::vector<std::string> cells{percent_text(known.test_accuracy[index])};
  for (const auto& [name, setting] : known.settings) cells.push_back(setting.text(index));
  return cells;
}

}  // namespace

std::string neighbours_text(const NearestQuery& query, const Neighbours& neighbours, bool json) {
  std::string why;
  const auto known = find_known(query, neighbours, why);
  if (json) return neighbours_json(query, neighbours, known);

  auto text = fmt::format(
      "{}: {} run {} by {} ({}{}), {} of {} in {}\n", query.path,
      query.farthest ? "farthest from" : "nearest to", query.run, printable(neighbours.metric),
      neighbours.kind,
      neighbours.slice.empty() ? "" : ", " + printable(neighbours.slice_dimension + " " + neighbours.slice),
      neighbours.found.size(), neighbours.compared, printable(neighbours.scope));
  if (!known)
    text +=
        fmt::format("  without accuracies and settings ({}): --population names the file\n", printable(why));
  std::vector<std::string> head{"run", neighbours.metric};
  if (known) {
    head.push_back("test accuracy (%)");
    for (const auto& [name, setting] : known->settings) head.push_back(name);
  }
  Table table(head);
  const auto add = [&](std::int64_t run, const std::string& value) {
    std::vector<std::string> cells{std::to_string(run), value};
    if (known) std::ranges::copy(cells_of(run, *known), std::back_inserter(cells));
    table.add(cells);
  };
  // The run that the others are compared with stands above them where there is something to compare.
  if (known) add(query.run, "–");
  for (const auto& [run, value] : neighbours.found) add(run, number_text(value, 6));
  return text + table.text();
}

}  // namespace kindred::app
