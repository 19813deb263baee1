#include <iostream>

#include "app/summary.hpp"
#include "app/verbs.hpp"

namespace kindred::app {

Verb summary_verb(CLI::App& app) {
  struct Options {
    std::string path, key;
    std::int64_t run = 0;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("summary", "Print the figures of a population file, also while it trains");
  command->footer(telling_footer);
  command->add_option("POPULATION", options->path, "The population file (HDF5)")->required();
  auto* run = command->add_option("--run", options->run, "One run: its number, as in /runs/run");
  auto* key = command->add_option("--group-by", options->key,
                                  "A line for each value of a setting, such as train.optimizer");
  run->excludes(key);
  command->add_flag("--json", options->json, "Print JSON");
  return {command, false, [options, run, key](const Surroundings&) {
            const store::PopulationFile file(options->path);
            if (*run)
              std::cout << summarise_run(file, options->path, options->run, options->json);
            else if (*key)
              std::cout << summarise_by(file, options->path, options->key, options->json);
            else
              std::cout << summarise_cohorts(file, options->path, options->json);
            return ExitCode::settled;
          }};
}

}  // namespace kindred::app
