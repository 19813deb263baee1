#include <iostream>

#include "app/nearest.hpp"
#include "app/verbs.hpp"

namespace kindred::app {

Verb nearest_verb(CLI::App& app) {
  struct Options {
    NearestQuery query;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto& query = options->query;
  auto* command = app.add_subcommand("nearest", "Name the runs most similar to one run");
  command->footer(telling_footer);
  command->add_option("SIMILARITY", query.path, "The similarity file (HDF5)")->required();
  command->add_option("RUN", query.run, "The run's number, as in /runs/run")->required();
  command->add_option("-k,--count", query.count, "How many runs")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--metric", query.metric, "A metric of the file [wasserstein]");
  command->add_option("--slice", query.slice,
                      "A parameter, representation, matrix, layer or role [all, penultimate or the last]");
  command->add_option("--scope", query.scope,
                      "Among which runs: a cohort, dataset or all [the run's cohort]");
  command->add_option("--population", query.population,
                      "The population file, for accuracies and settings [the one that was compared]");
  command->add_flag("--farthest", query.farthest, "The most different runs instead");
  command->add_flag("--json", options->json, "Print JSON");
  return {command, false, [options](const Surroundings&) {
            std::cout << neighbours_text(options->query, find_neighbours(options->query), options->json);
            return ExitCode::settled;
          }};
}

}  // namespace kindred::app
