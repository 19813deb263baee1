#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "app/json.hpp"
#include "app/summary.hpp"
#include "app/table.hpp"
#include "app/verbs.hpp"
#include "core/error.hpp"
#include "core/time.hpp"
#include "store/population_file.hpp"

namespace kindred::app {
namespace {

/// Of the done runs whose accuracy is known; NaN without any.
struct Accuracy {
  double best = NAN, median = NAN;
};

/// Networks of several cohorts were tested on other images, or are of another kind.
struct CohortStatus {
  std::string name;
  StateCounts counts;
  Accuracy accuracy;
};

struct Status {
  StateCounts counts;
  double runs_per_minute = NAN;  ///< of the last hour in which runs settled
  double seconds_left = NAN;
  double utilisation = NAN;  ///< of the ranks' time in the starts that came to their end
  Accuracy accuracy;
  std::vector<CohortStatus> cohorts;
  std::vector<std::pair<std::int64_t, std::string>> failures;
};

void add_rate(Status& status, std::vector<double> finished) {
  std::sort(finished.begin(), finished.end());
  const auto recent =
      std::lower_bound(finished.begin(), finished.end(), finished.empty() ? 0 : finished.back() - 3600);
  const auto count = static_cast<double>(finished.end() - recent);
  if (count < 2 || finished.back() <= *recent) return;
  status.runs_per_minute = 60 * (count - 1) / (finished.back() - *recent);
  status.seconds_left = 60 * static_cast<double>(status.counts.pending) / status.runs_per_minute;
}

Accuracy accuracy_of(const RunsTable& table, const std::vector<std::int64_t>& runs) {
  std::vector<double> known;
  for (const auto index : runs) {
    const auto run = static_cast<std::size_t>(index);
    if (table.states[run] == store::State::done && std::isfinite(table.test_accuracy[run]))
      known.push_back(table.test_accuracy[run]);
  }
  if (known.empty()) return {};
  std::sort(known.begin(), known.end());
  return {known.back(), known[known.size() / 2]};
}

Status read_status(const std::string& path) {
  const store::PopulationFile file(path);
  const RunsTable table(file);
  const auto finished = file.reals("finished_unix");
  KINDRED_VALIDATE(
      finished.size() == table.states.size(),
      io_error("{}: the columns of /runs are of several lengths (the file is damaged) run kindred "
               "verify",
               path));
  Status status;
  status.counts = count_states(table);
  std::vector<double> times;
  std::vector<std::int64_t> everything(table.states.size());
  std::iota(everything.begin(), everything.end(), 0);
  for (const auto index : everything) {
    const auto run = static_cast<std::size_t>(index);
    const auto state = table.states[run];
    // No checksum covers the times, and NaN has no place in an order.
    if ((state == store::State::done || state == store::State::diverged) && std::isfinite(finished[run]))
      times.push_back(finished[run]);
    if (state == store::State::failed) status.failures.emplace_back(index, file.result(index).message);
  }
  add_rate(status, std::move(times));
  if (const auto time = file.training_time(); time && time->rank_seconds > 0)
    status.utilisation = time->busy_seconds / time->rank_seconds;
  status.accuracy = accuracy_of(table, everything);
  for (const auto& name : file.cohorts()) {
    auto& cohort = status.cohorts.emplace_back();
    cohort.name = name;
    const auto runs = runs_of(file, name, table);
    cohort.counts = count_states(table, runs);
    cohort.accuracy = accuracy_of(table, runs);
  }
  return status;
}

void add_accuracy(nlohmann::ordered_json& json, const Accuracy& accuracy) {
  json["best_test_accuracy"] = json_number(accuracy.best);
  json["median_test_accuracy"] = json_number(accuracy.median);
}

void print_json(const Status& status) {
  nlohmann::ordered_json json;
  add_counts(json, status.counts);
  json["runs_per_minute"] = json_number(status.runs_per_minute);
  json["seconds_left"] = json_number(status.seconds_left);
  json["utilisation"] = json_number(status.utilisation);
  add_accuracy(json, status.accuracy);
  json["cohorts"] = nlohmann::ordered_json::array();
  for (const auto& cohort : status.cohorts) {
    nlohmann::ordered_json entry{{"name", cohort.name}};
    add_counts(entry, cohort.counts);
    add_accuracy(entry, cohort.accuracy);
    json["cohorts"].push_back(std::move(entry));
  }
  json["failures"] = nlohmann::ordered_json::array();
  for (const auto& [run, message] : status.failures)
    json["failures"].push_back({{"run", run}, {"message", message}});
  std::cout << json_text(json);
}

void print_text(const Status& status, const std::string& path) {
  const auto& counts = status.counts;
  std::cout << fmt::format("{}: {} runs\n  done {}  diverged {}  failed {}  pending {}\n", path, counts.runs,
                           counts.done, counts.diverged, counts.failed, counts.pending);
  if (std::isfinite(status.runs_per_minute)) {
    std::cout << fmt::format("  {:.1f} runs/min", status.runs_per_minute);
    if (counts.pending > 0)
      std::cout << fmt::format(", {} left at this rate", duration_text(status.seconds_left));
    std::cout << "\n";
  }
  if (std::isfinite(status.utilisation))
    std::cout << fmt::format("  ranks busy {:.1f} % of their time\n", 100 * status.utilisation);
  Table table({"cohort", "runs", "done", "test accuracy (%): best", "median"});
  for (const auto& [name, of_cohort, accuracy] : status.cohorts)
    table.add({printable(name), std::to_string(of_cohort.runs), std::to_string(of_cohort.done),
               percent_text(accuracy.best), percent_text(accuracy.median)});
  if (counts.done > 0) std::cout << table.text();
  for (const auto& [run, message] : status.failures)
    std::cout << fmt::format("  run {} failed: {}\n", run, printable(message));
}

}  // namespace

Verb status_verb(CLI::App& app) {
  struct Options {
    std::string path;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("status", "Tell how far a population file is, also while it is written");
  command->footer(telling_footer);
  command->add_option("POPULATION", options->path, "The population file (HDF5)")->required();
  command->add_flag("--json", options->json, "Print JSON");
  return {command, false, [options](const Surroundings&) {
            const auto status = read_status(options->path);
            if (options->json)
              print_json(status);
            else
              print_text(status, options->path);
            return ExitCode::settled;
          }};
}

}  // namespace kindred::app
