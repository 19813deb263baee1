#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "app/table.hpp"
#include "app/verbs.hpp"
#include "core/error.hpp"
#include "core/time.hpp"
#include "store/population_file.hpp"

namespace kindred::app {
namespace {

struct Status {
  std::int64_t runs = 0, done = 0, diverged = 0, failed = 0, pending = 0;
  double runs_per_minute = NAN;  ///< of the last hour in which runs settled
  double seconds_left = NAN;
  double utilisation = NAN;  ///< of the ranks' time in the starts that came to their end
  double best = NAN, median = NAN;
  std::vector<std::pair<std::int64_t, std::string>> failures;
};

void add_rate(Status& status, std::vector<double> finished) {
  std::sort(finished.begin(), finished.end());
  const auto recent =
      std::lower_bound(finished.begin(), finished.end(), finished.empty() ? 0 : finished.back() - 3600);
  const auto count = static_cast<double>(finished.end() - recent);
  if (count < 2 || finished.back() <= *recent) return;
  status.runs_per_minute = 60 * (count - 1) / (finished.back() - *recent);
  status.seconds_left = 60 * static_cast<double>(status.pending) / status.runs_per_minute;
}

Status read_status(const std::string& path) {
  const store::PopulationFile file(path);
  const auto states = file.states();
  const auto finished = file.reals("finished_unix");
  const auto accuracy = file.reals("test_accuracy");
  KINDRED_VALIDATE(
      finished.size() == states.size() && accuracy.size() == states.size(),
      io_error("{}: the columns of /runs are of several lengths (the file is damaged) run kindred "
               "verify",
               path));
  Status status;
  status.runs = static_cast<std::int64_t>(states.size());
  std::vector<double> times, accuracies;
  for (std::size_t run = 0; run < states.size(); ++run) {
    status.done += states[run] == store::State::done;
    status.diverged += states[run] == store::State::diverged;
    status.failed += states[run] == store::State::failed;
    status.pending += states[run] == store::State::pending;
    // No checksum covers the times, and NaN has no place in an order.
    if ((states[run] == store::State::done || states[run] == store::State::diverged) &&
        std::isfinite(finished[run]))
      times.push_back(finished[run]);
    if (states[run] == store::State::done && std::isfinite(accuracy[run]))
      accuracies.push_back(accuracy[run]);
    if (states[run] == store::State::failed)
      status.failures.emplace_back(run, file.result(static_cast<std::int64_t>(run)).message);
  }
  add_rate(status, std::move(times));
  if (const auto time = file.training_time(); time && time->rank_seconds > 0)
    status.utilisation = time->busy_seconds / time->rank_seconds;
  if (!accuracies.empty()) {
    std::sort(accuracies.begin(), accuracies.end());
    status.best = accuracies.back();
    status.median = accuracies[accuracies.size() / 2];
  }
  return status;
}

nlohmann::ordered_json number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : nullptr;
}

void print_json(const Status& status) {
  nlohmann::ordered_json json{{"runs", status.runs},
                              {"done", status.done},
                              {"diverged", status.diverged},
                              {"failed", status.failed},
                              {"pending", status.pending},
                              {"runs_per_minute", number(status.runs_per_minute)},
                              {"seconds_left", number(status.seconds_left)},
                              {"utilisation", number(status.utilisation)},
                              {"best_test_accuracy", number(status.best)},
                              {"median_test_accuracy", number(status.median)}};
  json["failures"] = nlohmann::ordered_json::array();
  for (const auto& [run, message] : status.failures)
    json["failures"].push_back({{"run", run}, {"message", message}});
  std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << "\n";
}

void print_text(const Status& status, const std::string& path) {
  std::cout << fmt::format("{}: {} runs\n  done {}  diverged {}  failed {}  pending {}\n", path, status.runs,
                           status.done, status.diverged, status.failed, status.pending);
  if (std::isfinite(status.runs_per_minute)) {
    std::cout << fmt::format("  {:.1f} runs/min", status.runs_per_minute);
    if (status.pending > 0)
      std::cout << fmt::format(", {} left at this rate", duration_text(status.seconds_left));
    std::cout << "\n";
  }
  if (std::isfinite(status.utilisation))
    std::cout << fmt::format("  ranks busy {:.1f} % of their time\n", 100 * status.utilisation);
  if (std::isfinite(status.best))
    std::cout << fmt::format("  test accuracy best {:.2f} % median {:.2f} %\n", 100 * status.best,
                             100 * status.median);
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
