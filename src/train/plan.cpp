#include "train/plan.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>

#include "core/error.hpp"
#include "core/time.hpp"
#include "train/pack.hpp"

namespace kindred::train {
namespace {

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Seconds of one epoch of a run, evaluation included, from the median of a few timed steps.
double epoch_seconds(const Cohort& cohort, const sweep::RunSettings& settings, const Engine& engine) {
  const auto batch = std::min(settings.integer("train.batch_size"), cohort.train_samples);
  const auto evaluated = std::min<std::int64_t>(500, cohort.test_samples);
  const auto images = std::max(batch, evaluated);
  const std::vector<std::uint8_t> pixels(static_cast<std::size_t>(images * cohort.dataset->pixels()));
  const std::vector<std::uint8_t> labels(static_cast<std::size_t>(images));
  const Samples samples{{cohort.dataset, pixels, labels, pixels, labels}, batch, evaluated};
  const auto network = network::make_network(settings, *cohort.dataset);
  const auto trainer = engine.start(network, samples, std::span(&settings, 1));
  std::vector<std::vector<std::uint32_t>> order(1,
                                                std::vector<std::uint32_t>(static_cast<std::size_t>(batch)));
  std::iota(order[0].begin(), order[0].end(), 0u);
  trainer->begin_epoch(order);
  trainer->step(0, batch);  // the first step also loads libraries
  std::vector<double> steps;
  for (int i = 0; i < 15; ++i) steps.push_back(seconds_of([&] { trainer->step(0, batch); }));
  std::nth_element(steps.begin(), steps.begin() + 7, steps.end());
  const double evaluation = seconds_of([&] { trainer->evaluate(); });
  return steps[7] * static_cast<double>(cohort.train_samples) / static_cast<double>(batch) +
         evaluation * static_cast<double>(cohort.test_samples) / static_cast<double>(evaluated);
}

std::string bytes_text(std::uint64_t bytes) {
  const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes);
  int unit = 0;
  for (; value >= 1024 && unit < 4; ++unit) value /= 1024;
  return fmt::format("{:.{}f} {}", value, unit == 0 ? 0 : 1, units[unit]);
}

}  // namespace

Plan make_plan(const sweep::Sweep& sweep, const Engine& engine, std::int64_t pack_size, std::int64_t ranks) {
  const auto cohorts = make_cohorts(sweep);
  const auto packs = make_packs(sweep, cohorts, std::vector<store::State>(sweep.runs.size()), pack_size);
  Plan plan{.sweep = sweep.name,
            .runs = static_cast<std::int64_t>(sweep.runs.size()),
            .duplicates = sweep.duplicates,
            .ranks = ranks,
            .file_bytes = population_layout(sweep, cohorts).bytes(),
            .seconds = 0,
            .cohorts = {}};
  double total = 0, longest = 0;
  for (std::size_t c = 0; c < cohorts.size(); ++c) {
    const auto& cohort = cohorts[c];
    const auto& first = sweep.runs[static_cast<std::size_t>(cohort.runs.front())];
    const double seconds = epoch_seconds(cohort, first, engine) * static_cast<double>(cohort.epochs);
    const auto runs = static_cast<std::int64_t>(cohort.runs.size());
    plan.cohorts.push_back(
        {cohort.name, runs,
         std::count_if(packs.begin(), packs.end(), [&](const Pack& p) { return p.cohort == c; }),
         cohort.network.size, cohort.epochs, static_cast<std::int64_t>(cohort.snapshots.size()), seconds});
    total += seconds * static_cast<double>(runs);
    longest = std::max(longest, seconds * static_cast<double>(std::min(runs, pack_size)));
  }
  plan.seconds = std::max(total / static_cast<double>(ranks), longest);
  return plan;
}

std::string to_text(const Plan& plan) {
  std::string text = fmt::format("{:<28} {:>7} {:>7} {:>11} {:>7} {:>10} {:>12}\n", "cohort", "runs", "packs",
                                 "parameters", "epochs", "snapshots", "time per run");
  for (const auto& cohort : plan.cohorts)
    text +=
        fmt::format("{:<28} {:>7} {:>7} {:>11} {:>7} {:>10} {:>11.1f}s\n", cohort.name, cohort.runs,
                    cohort.packs, cohort.parameters, cohort.epochs, cohort.snapshots, cohort.seconds_per_run);
  text += fmt::format("{}: {} runs, a file of {}, about {} on {} rank{}", plan.sweep, plan.runs,
                      bytes_text(plan.file_bytes), duration_text(plan.seconds), plan.ranks,
                      plan.ranks == 1 ? "" : "s");
  if (plan.duplicates > 0) text += fmt::format(" ({} repeated runs left out)", plan.duplicates);
  return text + "\n";
}

std::string to_json(const Plan& plan) {
  nlohmann::ordered_json json{{"sweep", plan.sweep},           {"runs", plan.runs},
                              {"duplicates", plan.duplicates}, {"ranks", plan.ranks},
                              {"file_bytes", plan.file_bytes}, {"seconds", plan.seconds}};
  json["cohorts"] = nlohmann::ordered_json::array();
  for (const auto& cohort : plan.cohorts)
    json["cohorts"].push_back({{"name", cohort.name},
                               {"runs", cohort.runs},
                               {"packs", cohort.packs},
                               {"parameters", cohort.parameters},
                               {"epochs", cohort.epochs},
                               {"snapshots", cohort.snapshots},
                               {"seconds_per_run", cohort.seconds_per_run}});
  return json.dump(2) + "\n";
}

}  // namespace kindred::train
