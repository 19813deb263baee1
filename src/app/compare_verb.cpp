#include "app/quantity.hpp"
#include "app/verbs.hpp"
#include "compare/compare.hpp"
#include "compare/metric.hpp"

namespace kindred::app {

Verb compare_verb(CLI::App& app) {
  auto options = std::make_shared<compare::CompareOptions>();
  auto memory = std::make_shared<std::string>(), limit = std::make_shared<std::string>();
  auto* command = app.add_subcommand("compare", "Compute the similarity matrices of a population file");
  command->add_option("POPULATION", options->population, "The population file (HDF5)")->required();
  command->add_option("-o,--output", options->output, "The similarity file (HDF5)")->required();
  std::string names;
  for (const auto& metric : compare::metrics())
    names += fmt::format("{}{}{}", names.empty() ? "" : ", ", metric.name, metric.fast ? "" : " (all)");
  command->add_option("--metrics", options->metrics, "fast, all, or names with commas: " + names)
      ->capture_default_str();
  command
      ->add_option("--parameters", options->parameters,
                   "Weights to compare: each (every parameter, and all together), all, or names with commas")
      ->capture_default_str();
  command->add_option("--snapshot", options->snapshot, "final, or the epoch of a snapshot")
      ->capture_default_str();
  command->add_option("--probes", options->probes, "Test images that representations are taken on")
      ->check(CLI::Range(2, 100000))
      ->capture_default_str();
  command
      ->add_option("--device", options->device,
                   "Where networks are evaluated and the products of cosine and cka computed: auto (a GPU "
                   "where every rank has the same), cpu or cuda")
      ->capture_default_str();
  command->add_option(
      "--memory", *memory,
      "Memory on each rank for what runs are compared by and for values, such as 4GiB (LibTorch's, "
      "MPI's and a GPU's come on top) [a fourth of the node's, shared by its ranks]");
  command->add_option("--time-limit", *limit,
                      "Stop 30 s before this much time has passed, such as 3h50m; the same command goes on");
  command->add_flag("--take-lock", options->take_lock, "Take the lock of a process that is gone");
  add_data_option(*command, options->data_folder);
  command->footer(
      log_level_footer +
      "Exit codes: 0 every matrix is complete (NaN in the rows of runs that are not done), 1 input or\n"
      "output failed, 2 wrong usage, 85 stopped with work left (the same command goes on).");
  return {command, true, [options, memory, limit](const Surroundings& around) {
            options->libraries = libraries_text();
            around.world->agree([&] {
              if (!memory->empty()) options->memory = parse_bytes("--memory", *memory);
              if (!limit->empty()) options->time_limit = parse_duration("--time-limit", *limit);
            });
            return compare::compare(*options, *around.world, around.concurrent);
          }};
}

}  // namespace kindred::app
