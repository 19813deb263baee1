#include "train/plan.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "core/time.hpp"
#include "store/disk.hpp"
#include "train/peak_memory.hpp"
#include "train/plan_memory.hpp"
#include "train/simulation.hpp"
#include "train/work_list.hpp"

namespace kindred::train {
namespace {

constexpr std::chrono::seconds timing_budget{30};

}  // namespace

Plan make_plan(const sweep::Sweep& sweep, const Engine& engine, std::int64_t pack, std::int64_t ranks) {
  const auto cohorts = make_cohorts(sweep);
  const auto layout = population_layout(sweep, cohorts);
  reset_peak_memory();
  ZeroImages images;
  StepTimer timer(engine, std::ref(images), sweep.record);
  const auto work =
      make_work_list(sweep, cohorts, std::vector<store::State>(sweep.runs.size()), engine, timer,
                     {.pack = pack, .ranks = ranks, .budget = timing_budget, .time_all = true}, nullptr);
  Plan plan{.sweep = sweep.name,
            .runs = static_cast<std::int64_t>(sweep.runs.size()),
            .duplicates = sweep.duplicates,
            .ranks = ranks,
            .file_bytes = layout.bytes(),
            .memory_bytes = plan_memory(peak_memory(), cohorts, layout, work.packs, ranks),
            .cohorts = {}};
  for (const auto& cohort : cohorts)
    plan.cohorts.push_back({.name = cohort.name,
                            .runs = static_cast<std::int64_t>(cohort.runs.size()),
                            .parameters = cohort.network.size,
                            .epochs = cohort.epochs,
                            .snapshots = static_cast<std::int64_t>(cohort.subject.snapshots.size())});
  std::vector<double> seconds;
  for (const auto& each : work.packs) {
    seconds.push_back(work.kinds[each.kind].seconds);
    auto& cohort = plan.cohorts[each.cohort];
    ++cohort.packs;
    cohort.pack = std::max(cohort.pack, static_cast<std::int64_t>(each.runs.size()));
    cohort.seconds_per_run += seconds.back() / static_cast<double>(cohort.runs);
  }
  const auto training = simulate(work.schedule(), seconds, {.ranks = ranks});
  plan.seconds = training.seconds;
  plan.utilisation = training.utilisation;
  return plan;
}

std::string to_text(const Plan& plan) {
  std::string text = fmt::format("{:<28} {:>7} {:>7} {:>9} {:>11} {:>7} {:>10} {:>12}\n", "cohort", "runs",
                                 "packs", "pack size", "parameters", "epochs", "snapshots", "time per run");
  for (const auto& cohort : plan.cohorts)
    text += fmt::format("{:<28} {:>7} {:>7} {:>9} {:>11} {:>7} {:>10} {:>11.1f}s\n", cohort.name, cohort.runs,
                        cohort.packs, cohort.pack, cohort.parameters, cohort.epochs, cohort.snapshots,
                        cohort.seconds_per_run);
  text += fmt::format("{}: {} runs, a file of {}, {} of memory a rank, about {} on {} rank{}", plan.sweep,
                      plan.runs, store::readable_bytes(plan.file_bytes),
                      store::readable_bytes(static_cast<std::uint64_t>(plan.memory_bytes)),
                      duration_text(plan.seconds), plan.ranks,
                      plan.ranks == 1 ? "" : fmt::format("s, {:.0f} % busy", 100 * plan.utilisation));
  if (plan.duplicates > 0) text += fmt::format(" ({} repeated runs left out)", plan.duplicates);
  return text + "\n";
}

std::string to_json(const Plan& plan) {
  nlohmann::ordered_json json{{"sweep", plan.sweep},           {"runs", plan.runs},
                              {"duplicates", plan.duplicates}, {"ranks", plan.ranks},
                              {"file_bytes", plan.file_bytes}, {"memory_bytes", plan.memory_bytes},
                              {"seconds", plan.seconds},       {"utilisation", plan.utilisation}};
  json["cohorts"] = nlohmann::ordered_json::array();
  for (const auto& cohort : plan.cohorts)
    json["cohorts"].push_back({{"name", cohort.name},
                               {"runs", cohort.runs},
                               {"packs", cohort.packs},
                               {"pack", cohort.pack},
                               {"parameters", cohort.parameters},
                               {"epochs", cohort.epochs},
                               {"snapshots", cohort.snapshots},
                               {"seconds_per_run", cohort.seconds_per_run}});
  // A name, of the sweep file's unless it has its own, may be no UTF-8.
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace kindred::train
