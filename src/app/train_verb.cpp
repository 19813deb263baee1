#include "app/quantity.hpp"
#include "app/verbs.hpp"
#include "core/build_info.hpp"
#include "train/train.hpp"

namespace kindred::app {

void add_data_option(CLI::App& command, std::string& folder) {
  folder = default_data_folder();
  command.add_option("--data", folder, "Folder with one folder per dataset (data/fetch.sh fills it)")
      ->envname("KINDRED_DATA")
      ->capture_default_str();
}

void add_engine_options(CLI::App& command, std::string& device, std::string& engine, std::string& pack) {
  command.add_option("--device", device, "Where to train: auto (a GPU where there is one), cpu or cuda")
      ->capture_default_str();
  command.add_option("--engine", engine, "What trains: auto, torch or native (CPUs only, and auto there)")
      ->capture_default_str();
  command.add_option("--pack", pack, "Runs that train together, or auto: as many as make training faster")
      ->capture_default_str();
}

std::int64_t parse_pack(const std::string& text) { return text == "auto" ? 0 : parse_count("--pack", text); }

Verb train_verb(CLI::App& app) {
  auto options = std::make_shared<train::TrainOptions>();
  auto limit = std::make_shared<std::string>();
  auto pack = std::make_shared<std::string>("auto");
  auto interval = std::make_shared<std::string>("10m");
  auto* command =
      app.add_subcommand("train", "Train what is missing in a population file (creates or resumes it)");
  command->add_option("SWEEP", options->sweep_path, "The sweep file (TOML)")->required();
  command->add_option("-o,--output", options->output, "The population file (HDF5)")->required();
  add_engine_options(*command, options->device, options->engine, *pack);
  command->add_option(
      "--time-limit", *limit,
      "Save what is in training and stop, 30 s or more before this much time has passed: 3h50m");
  command
      ->add_option("--checkpoint-interval", *interval,
                   "How often what is in training is saved, such as 90s or 1h")
      ->capture_default_str();
  command->add_option("--reuse", options->reuse,
                      "Population files: runs of the sweep that these have finished are copied, not trained");
  command->add_flag("--retry-failed", options->retry_failed, "Train failed runs again");
  command->add_flag("--take-lock", options->take_lock, "Take the lock of a process that is gone");
  add_data_option(*command, options->data_folder);
  return {command, true, [options, limit, pack, interval](const Surroundings& around) {
            around.world->agree([&] {
              if (!limit->empty()) options->time_limit = parse_duration("--time-limit", *limit);
              options->checkpoint_interval = parse_duration("--checkpoint-interval", *interval);
              options->pack = parse_pack(*pack);
              options->libraries = libraries_text();
            });
            return train::train(*options, *around.world, around.concurrent);
          }};
}

}  // namespace kindred::app
