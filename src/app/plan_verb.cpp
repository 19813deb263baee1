#include <iostream>
#include <set>
#include <thread>

#include "app/verbs.hpp"
#include "core/log.hpp"
#include "data/dataset.hpp"
#include "train/plan.hpp"

namespace kindred::app {

namespace {

/// Training would be refused, on a cluster perhaps hours later.
void warn_of_missing_datasets(const sweep::Sweep& sweep, const std::string& folder) {
  std::set<std::string> names;
  for (const auto& run : sweep.runs) names.insert(run.text("data.dataset"));
  for (const auto& name : names)
    if (!data::is_there(name, folder))
      log::warn("the dataset {} is not in {} (training needs it) run data/fetch.sh {}", name, folder, name);
}

}  // namespace

Verb plan_verb(CLI::App& app) {
  struct Options {
    std::string sweep, data_folder;
    std::int64_t ranks = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
    std::string device = "auto", engine = "auto", pack = "auto";
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("plan", "Tell what a sweep would run: runs, cohorts, packs, bytes, time");
  command->footer(telling_footer);
  command->add_option("SWEEP", options->sweep, "The sweep file (TOML)")->required();
  command->add_option("--ranks", options->ranks, "Ranks that the time is for")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_engine_options(*command, options->device, options->engine, options->pack);
  add_data_option(*command, options->data_folder);
  command->add_flag("--json", options->json, "Print JSON");
  return {command, false, [options](const Surroundings&) {
            const auto sweep = sweep::read_sweep(options->sweep);
            warn_of_missing_datasets(sweep, options->data_folder);
            const auto engine = train::make_engine(options->engine, options->device);
            const auto plan = train::make_plan(sweep, *engine, parse_pack(options->pack), options->ranks);
            std::cout << (options->json ? to_json(plan) : to_text(plan));
            return ExitCode::settled;
          }};
}

}  // namespace kindred::app
