#include <iostream>
#include <nlohmann/json.hpp>

#include "app/verbs.hpp"
#include "store/population_file.hpp"

namespace kindred::app {

Verb verify_verb(CLI::App& app) {
  struct Options {
    std::string path;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("verify", "Check a population file: its schema and every run's checksum");
  command->add_option("POPULATION", options->path, "The population file (HDF5)")->required();
  command->add_flag("--json", options->json, "Print JSON");
  return {
      command, false, [options](const Surroundings&) {
        const store::PopulationFile file(options->path);
        auto problems = file.problems();
        std::int64_t checked = 0;
        if (problems.empty()) {
          const auto states = file.states();
          for (std::size_t i = 0; i < states.size(); ++i) {
            if (states[i] != store::State::done && states[i] != store::State::diverged) continue;
            const auto run = static_cast<std::int64_t>(i);
            ++checked;
            if (file.stored_checksum(run) != file.computed_checksum(run))
              problems.push_back(fmt::format("run {}: its data does not have its checksum", run));
          }
        }
        if (options->json) {
          std::cout << nlohmann::ordered_json{{"checked", checked}, {"problems", problems}}.dump(2) << "\n";
        } else {
          for (const auto& problem : problems) std::cout << problem << "\n";
          std::cout << fmt::format("{}: {} runs checked, {} problems\n", options->path, checked,
                                   problems.size());
        }
        return problems.empty() ? ExitCode::settled : ExitCode::input_output;
      }};
}

}  // namespace kindred::app
