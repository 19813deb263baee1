// Plays a sweep's training through on many ranks, with the scheduling code that trains, and prints how busy
// the ranks are beside the least time that any schedule needs. What a pack takes is timed on this machine for
// every kind of pack, or read from `kindred plan --json`. The queue starts with what a training would know:
// as many timings as the ranks make in a second each. Two more things it does not know of: each kind takes
// longer or shorter by a factor exp(bias·N), each pack by exp(noise·N), N standard normal from fixed streams.

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/random.hpp"
#include "train/estimate.hpp"
#include "train/simulation.hpp"
#include "train/work_list.hpp"

namespace kindred::train {
namespace {

struct Options {
  std::string sweep, costs;
  std::vector<std::int64_t> ranks = {10, 100, 1000}, repeat = {1};
  double bias = 0.1, noise = 0.1;
  double latency = 5e-6, message = 5e-6, polling = 1e-3;
  bool json = false;
};

/// A sweep's packs, and what their kinds take.
struct Costs {
  WorkList work;              ///< with first estimates from multiply-adds
  std::vector<double> timed;  ///< by kind
  double seconds_of_timing = 0;
};

/// A training, and what its packs will take.
struct Case {
  WorkList work;
  std::vector<double> seconds;  ///< by ticket
};

Costs find_costs(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts, const Options& options) {
  Costs costs;
  auto& [packs, kinds] = costs.work;
  packs = make_packs(sweep, cohorts, std::vector<store::State>(sweep.runs.size()),
                     std::vector<std::int64_t>(cohorts.size(), 1));
  kinds = kinds_of(sweep, cohorts, packs);
  if (options.costs.empty()) {
    const auto engine = make_engine("auto", "cpu");
    ZeroImages images;
    StepTimer timer(*engine, std::ref(images), sweep.record);
    const auto start = std::chrono::steady_clock::now();
    costs.timed = time_kinds(kinds, packs, sweep, cohorts, timer, {.budget = std::chrono::hours(1)});
    costs.seconds_of_timing = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return costs;
  }
  const auto plan = nlohmann::json::parse(std::ifstream(options.costs));
  std::map<std::string, double> seconds;
  for (const auto& cohort : plan.at("cohorts")) seconds[cohort.at("name")] = cohort.at("seconds_per_run");
  for (const auto& kind : kinds) costs.timed.push_back(seconds.at(cohorts[kind.cohort].name));
  return costs;
}

double lognormal(std::size_t key, std::uint32_t substream, double deviation) {
  RandomStream stream(key, Stream::sampling, substream);
  return std::exp(deviation * stream.normal());
}

/// `repeat` packs in place of each one.
Case make_case(const Costs& costs, std::int64_t repeat, std::int64_t ranks, const Options& options) {
  WorkList work{{}, costs.work.kinds};
  for (std::int64_t i = 0; i < repeat; ++i)
    work.packs.insert(work.packs.end(), costs.work.packs.begin(), costs.work.packs.end());

  const auto order = order_of_timing(work.kinds, work.packs);
  const double timings =
      static_cast<double>(order.size()) * static_cast<double>(ranks) / std::max(costs.seconds_of_timing, 1.0);
  std::vector<double> known(order.size()), seconds;
  for (std::size_t i = 0; i < order.size() && static_cast<double>(i) < timings; ++i)
    known[order[i]] = costs.timed[order[i]];
  correct_estimates(work.kinds, known);
  sort_costliest_first(work.packs, work.kinds);

  for (std::size_t ticket = 0; ticket < work.packs.size(); ++ticket) {
    const auto kind = work.packs[ticket].kind;
    seconds.push_back(costs.timed[kind] * lognormal(kind, 1, options.bias) *
                      lognormal(ticket, 2, options.noise));
  }
  return {std::move(work), std::move(seconds)};
}

/// Seconds that the schedule's part of serving one request takes, measured.
double schedule_seconds(Schedule schedule, const std::vector<double>& seconds) {
  const auto start = std::chrono::steady_clock::now();
  while (const auto ticket = schedule.take())
    schedule.finished(*ticket, seconds[static_cast<std::size_t>(*ticket)]);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() /
         static_cast<double>(seconds.size());
}

nlohmann::ordered_json play(const Costs& costs, std::int64_t repeat, std::int64_t ranks,
                            const Options& options) {
  const auto [work, seconds] = make_case(costs, repeat, ranks, options);
  const double service = options.message + schedule_seconds(work.schedule(), seconds);
  const auto played = simulate(work.schedule(), seconds, {ranks, options.latency, service, options.polling});
  return {{"packs", seconds.size()},
          {"ranks", ranks},
          {"seconds", played.seconds},
          {"lower_bound", played.lower_bound},
          {"utilisation", played.utilisation},
          {"utilisation_bound", played.busy / (static_cast<double>(ranks) * played.lower_bound)},
          {"longest_pack", *std::max_element(seconds.begin(), seconds.end())},
          {"longest_wait", played.longest_wait},
          {"service_seconds", service}};
}

void print(const nlohmann::ordered_json& rows) {
  std::printf("%7s %6s %11s %11s %7s %11s %8s %12s %8s %8s\n", "packs", "ranks", "seconds", "least", "ratio",
              "utilisation", "at best", "longest pack", "wait", "service");
  for (const auto& row : rows) {
    const auto number = [&row](const char* key) { return row.at(key).get<double>(); };
    std::printf("%7.0f %6.0f %11.1f %11.1f %7.3f %9.1f %% %6.1f %% %12.1f %5.1f ms %5.1f us\n",
                number("packs"), number("ranks"), number("seconds"), number("lower_bound"),
                number("seconds") / number("lower_bound"), 100 * number("utilisation"),
                100 * number("utilisation_bound"), number("longest_pack"), 1e3 * number("longest_wait"),
                1e6 * number("service_seconds"));
  }
}

int run(const Options& options) {
  const auto sweep = sweep::read_sweep(options.sweep);
  const auto cohorts = make_cohorts(sweep);
  const auto costs = find_costs(sweep, cohorts, options);
  auto rows = nlohmann::ordered_json::array();
  for (const auto repeat : options.repeat)
    for (const auto ranks : options.ranks) rows.push_back(play(costs, repeat, ranks, options));
  if (options.json)
    std::printf("%s\n", rows.dump(2).c_str());
  else
    print(rows);
  return 0;
}

}  // namespace
}  // namespace kindred::train

int main(int argc, char** argv) {
  kindred::train::Options options;
  CLI::App app("Simulates how a sweep's packs spread over many ranks.", "simulate_queue");
  app.add_option("SWEEP", options.sweep, "The sweep file (TOML)")->required();
  app.add_option("--ranks", options.ranks, "Numbers of ranks")->delimiter(',')->capture_default_str();
  app.add_option("--repeat", options.repeat, "As if there were so many runs in place of each one")
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--costs", options.costs, "Seconds per run from kindred plan --json, instead of timing");
  app.add_option("--bias", options.bias, "Spread of the error of each kind's estimate")
      ->capture_default_str();
  app.add_option("--noise", options.noise, "Spread of the packs of a kind")->capture_default_str();
  app.add_option("--latency", options.latency, "Seconds of a message")->capture_default_str();
  app.add_option("--message", options.message, "Seconds to receive a request and send the answer")
      ->capture_default_str();
  app.add_option("--polling", options.polling, "Seconds between rank 0's looks")->capture_default_str();
  app.add_flag("--json", options.json, "Print JSON");
  CLI11_PARSE(app, argc, argv);
  try {
    const kindred::statistics::KokkosScope kokkos;
    return kindred::train::run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "simulate_queue: %s\n", error.what());
    return 2;
  }
}
