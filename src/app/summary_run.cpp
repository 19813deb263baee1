#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "app/json.hpp"
#include "app/summary.hpp"
#include "app/summary_settings.hpp"
#include "app/table.hpp"
#include "core/error.hpp"
#include "store/runs_table.hpp"

namespace kindred::app {
namespace {

constexpr const char* state_names[] = {"pending", "done", "diverged", "failed"};

struct Place {
  std::string cohort;
  std::int64_t row = 0;
};

Place place_of(const store::PopulationFile& file, std::int64_t run, const RunsTable& runs) {
  const auto cohorts = file.texts("cohort");
  const auto rows = file.integers("cohort_row");
  const auto index = static_cast<std::size_t>(run);
  KINDRED_VALIDATE(index < cohorts.size() && index < rows.size(),
                   io_error("the columns of /runs are of several lengths (the file is damaged) "
                            "run kindred verify"));
  const auto of_cohort = runs_of(file, cohorts[index], runs);
  KINDRED_VALIDATE(
      rows[index] >= 0 && rows[index] < static_cast<std::int64_t>(of_cohort.size()),
      io_error("run {} is in no row of its cohort (the file is damaged) run kindred verify", run));
  return {cohorts[index], rows[index]};
}

/// The figures of one run in one of its arrays.
struct Values {
  Figures figures;
  std::vector<double> values;

  nlohmann::ordered_json json() const {
    auto json = nlohmann::ordered_json::object();
    const auto& columns = figures.columns();
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto& at = json[figures.rows()[i / columns.size()]];
      const auto& column = columns[i % columns.size()];
      (column.empty() ? at : at[column]) = json_number(values[i]);
    }
    return json;
  }

  /// The columns named `shown` (all without them), the row `front` first.
  std::string text(const std::string& first, const std::string& front,
                   const std::vector<std::string>& shown) const {
    const auto& all = figures.columns();
    std::vector<std::string> head{first};
    std::vector<std::size_t> columns;
    for (const auto& name : shown.empty() ? all : shown) {
      columns.push_back(figures.column(name));
      head.push_back(name.empty() ? "fluctuation" : name);
      std::replace(head.back().begin(), head.back().end(), '_', ' ');
    }
    std::vector<std::size_t> rows(figures.rows().size());
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    std::stable_partition(rows.begin(), rows.end(),
                          [&](std::size_t row) { return figures.rows()[row] == front; });
    Table table(head);
    for (const auto row : rows) {
      std::vector<std::string> cells{figures.rows()[row]};
      for (const auto column : columns) cells.push_back(number_text(values[row * all.size() + column]));
      table.add(cells);
    }
    return table.text();
  }
};

/// The last snapshot that the run reached: a diverged one stops before its end, and what it never reached
/// is NaN. −1 without any.
std::int64_t last_reached(const Figures& moments, std::int64_t row, std::int64_t snapshots) {
  for (std::int64_t snapshot = snapshots - 1; snapshot >= 0; --snapshot) {
    const auto values = moments.read(row, snapshot);
    if (moments.empty() || std::ranges::any_of(values, [](double v) { return !std::isnan(v); }))
      return snapshot;
  }
  return -1;
}

std::string settings_text(const store::PopulationFile& file, std::size_t run) {
  Table table({"setting", "value"});
  bool any = false;
  for (const auto& name : setting_names(file)) {
    const auto value = Setting(file, name).text(run);
    if (value == "–") continue;
    table.add({name, value});
    any = true;
  }
  return any ? fmt::format("\n{}", table.text()) : std::string();
}

std::string results_text(const store::RunResult& result) {
  if (std::ranges::all_of(store::kResultFields, [&](const auto& f) { return std::isnan(result.*f.value); }))
    return "\n  its losses and accuracies are not known\n";
  Table table({"result", "train", "test"});
  table.add({"loss", number_text(result.train_loss, 6), number_text(result.test_loss, 6)});
  table.add({"accuracy (%)", percent_text(result.train_accuracy), percent_text(result.test_accuracy)});
  return fmt::format("\n{}  epochs completed {}, {} s on {}{}\n", table.text(),
                     fmt::format("{:.6g}", result.epochs_completed), number_text(result.wall_seconds),
                     result.host.empty() ? "an unknown host" : printable(result.host),
                     result.engine.empty() ? "" : ", engine " + printable(result.engine));
}

}  // namespace

std::string summarise_run(const store::PopulationFile& file, const std::string& path, std::int64_t run,
                          bool as_json) {
  KINDRED_VALIDATE(run >= 0 && run < file.runs(),
                   usage_error("there is no run {} (the runs of {} are 0 to {}) name one of these", run, path,
                               file.runs() - 1));
  const RunsTable table(file);
  const auto index = static_cast<std::size_t>(run);
  const auto [cohort, row] = place_of(file, run, table);
  const auto result = file.result(run);
  const bool settled = result.state == store::State::done || result.state == store::State::diverged;
  const auto epochs = snapshot_epochs(file, cohort);
  const Figures moments(file, cohort, "moments");
  const auto snapshot = settled ? last_reached(moments, row, static_cast<std::int64_t>(epochs.size())) : -1;
  const auto values = [&](const char* array) {
    Figures figures(file, cohort, array);
    auto read = snapshot < 0 ? std::vector<double>() : figures.read(row, snapshot);
    return Values{std::move(figures), std::move(read)};
  };
  const auto weights = values("moments"), fluctuation = values("layer_fluctuation");
  const auto spectrum = values("spectrum");
  const auto parameters = parameter_count(file, cohort);

  if (as_json) {
    nlohmann::ordered_json json{{"run", run},
                                {"id", table.ids[index]},
                                {"state", state_names[static_cast<int>(result.state)]},
                                {"cohort", cohort},
                                {"cohort_row", row},
                                {"dataset", file.attribute(cohort, "dataset")},
                                {"architecture", architecture_name(file, cohort)}};
    json["parameters"] = parameters > 0 ? nlohmann::ordered_json(parameters) : nullptr;
    json["settings"] = nlohmann::ordered_json::object();
    for (const auto& name : setting_names(file)) json["settings"][name] = Setting(file, name).json(index);
    for (const auto& field : store::kResultFields)
      json["results"][field.name] = json_number(result.*field.value);
    json["wall_seconds"] = json_number(result.wall_seconds);
    json["host"] = result.host;
    json["engine"] = result.engine;
    json["message"] = result.message;
    json["epoch"] = snapshot < 0 ? nlohmann::ordered_json()
                                 : nlohmann::ordered_json(epochs[static_cast<std::size_t>(snapshot)]);
    json["moments"] = weights.json();
    json["layer_fluctuation"] = fluctuation.json();
    json["spectrum"] = spectrum.json();
    return json_text(json);
  }

  auto text = fmt::format("{}: run {} is {}\n  row {} of {}\n", path, run,
                          state_names[static_cast<int>(result.state)], row, printable(cohort));
  if (!result.message.empty()) text += fmt::format("  {}\n", printable(result.message));
  text += settings_text(file, index);
  if (!settled) return text + "\n  no figures: only those of finished runs are kept\n";
  text += results_text(result);
  if (snapshot < 0) return text + "\n  there are no statistics of its weights\n";
  text += fmt::format("\n  Weights after epoch {}{}\n", epochs[static_cast<std::size_t>(snapshot)],
                      parameters > 0 ? fmt::format(", {} parameters", parameters) : std::string());
  if (!weights.values.empty())
    text += weights.text("parameter", "all",
                         {"mean", "variance", "skewness", "kurtosis", "minimum", "maximum", "l2_norm"});
  if (!fluctuation.values.empty())
    text += fmt::format("\n  {}\n{}", fluctuation_title, fluctuation.text("layer", "", {}));
  if (!spectrum.values.empty())
    text += fmt::format("\n  {}\n{}", spectrum_title, spectrum.text("matrix", "", {}));
  return text;
}

}  // namespace kindred::app
