#include <optional>

#include "app/quantity.hpp"
#include "app/verbs.hpp"
#include "ingest/ingest.hpp"
#include "train/stop.hpp"

namespace kindred::app {
namespace {

constexpr const char* help = R"(
DIR holds one file <run>.safetensors for each run, or a folder <run>/ with <epoch>.safetensors for each
snapshot. Runs are in the natural order of their names (run2 before run10), which the column `name` of /runs
keeps. Files of PyTorch become such files by: python -m kindred.convert DIR

Examples:
  kindred ingest checkpoints -o pop.h5
  mpirun -n 8 kindred ingest checkpoints -o pop.h5 --settings runs.csv --architecture mlp.json

runs.csv has a line for each run; test_accuracy and the like are results (accuracies in [0, 1]), data.dataset
names the dataset, all others become columns of their own:
  run,test_accuracy,data.dataset,optimizer,learning_rate
  baseline,0.981,mnist,sgd,0.05

A killed ingest goes on with the runs that are missing when the same command is given again.
Exit codes: 0 settled, 1 input or output failed (a damaged file), 2 wrong usage, 3 settled but some runs
failed, 85 stopped with work left.)";

}  // namespace

Verb ingest_verb(CLI::App& app) {
  struct Options {
    ingest::IngestOptions ingest;
    std::vector<double> range;
    std::string weights = "final", limit;
    std::optional<train::StopRequest> stop;
  };
  auto options = std::make_shared<Options>();
  auto& record = options->ingest.record;
  options->range = {record.histogram_low, record.histogram_high};
  auto* command = app.add_subcommand("ingest", "Make a population file from models trained elsewhere");
  command->add_option("DIR", options->ingest.folder, "The folder with the models (safetensors)")->required();
  command->add_option("-o,--output", options->ingest.output, "The population file (HDF5)")->required();
  command->add_option("--settings", options->ingest.settings,
                      "Accuracies and settings of the runs: CSV with a column `run`");
  command->add_option("--architecture", options->ingest.architecture,
                      "The network (JSON) of the models whose files name none under `kindred`");
  command->add_option("--weights", options->weights, "Weights to keep: final, snapshots or none")
      ->check(CLI::IsMember({"final", "snapshots", "none"}))
      ->capture_default_str();
  command->add_option("--histogram-bins", record.histogram_bins, "Bins of the histograms")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  command->add_option("--histogram-range", options->range, "Their ends, LOW HIGH")
      ->expected(2)
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--quantiles", record.quantiles, "Number of quantiles")
      ->check(CLI::Range(2, 1000000))
      ->capture_default_str();
  command
      ->add_option("--optimal-fraction", record.optimal_fraction,
                   "Share of the best and of the worst runs that are compared, above 0, at most 0.5")
      ->capture_default_str();
  command->add_option("--time-limit", options->limit,
                      "Stop cleanly 30 s before this much time has passed, such as 3h50m");
  command->add_flag("--retry-failed", options->ingest.retry_failed, "Read failed runs again");
  command->add_flag("--take-lock", options->ingest.take_lock, "Take the lock of a process that is gone");
  command->footer(help);
  return {command, true, [options](const Surroundings& around) {
            around.world->agree([&] {
              auto& chosen = options->ingest.record;
              chosen.histogram_low = options->range[0] + 0.0;  // -0.0 becomes 0.0
              chosen.histogram_high = options->range[1] + 0.0;
              const double width = chosen.histogram_high - chosen.histogram_low;
              KINDRED_VALIDATE(sweep::is_histogram_width(width),
                               usage_error("--histogram-range {} {} (not a range) give two finite numbers, "
                                           "LOW below HIGH, 1e-300 to 1e300 apart",
                                           options->range[0], options->range[1]));
              KINDRED_VALIDATE(
                  chosen.optimal_fraction > 0 && chosen.optimal_fraction <= 0.5,
                  usage_error("--optimal-fraction {} (not in (0, 0.5]) give a share such as 0.25",
                              chosen.optimal_fraction));
              chosen.weights = options->weights == "final"       ? sweep::KeepWeights::final_only
                               : options->weights == "snapshots" ? sweep::KeepWeights::snapshots
                                                                 : sweep::KeepWeights::none;
              options->ingest.libraries = libraries_text();
              options->stop.emplace(options->limit.empty()
                                        ? std::nullopt
                                        : std::optional(parse_duration("--time-limit", options->limit)));
              options->ingest.stop = [&stop = *options->stop] { return stop.requested(); };
            });
            return ingest::ingest(options->ingest, *around.world, around.concurrent);
          }};
}

}  // namespace kindred::app
