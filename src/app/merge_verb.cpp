#include "app/verbs.hpp"
#include "merge/merge.hpp"

namespace kindred::app {
namespace {

constexpr const char* help = R"(
Each run (by its identity) is kept once: a finished one rather than a failed or pending one. Runs that several
files have finished must be equal, or nothing is merged. Cohorts of one name must be recorded in the same way
([record] of the sweep). Copied runs are checked against their checksums. Files of one sweep, each with a part
of its runs done, become a file that kindred train goes on with. To merge files of several sweeps and train
what a larger sweep has besides, give them to: kindred train SWEEP.toml -o POP.h5 --reuse A.h5 B.h5

Example:
  kindred merge part-*.h5 -o pop.h5

Exit codes: 0 merged (whatever the states of the runs), 1 input or output failed, runs contradict each other,
2 wrong usage, files recorded in different ways.)";

}  // namespace

Verb merge_verb(CLI::App& app) {
  auto options = std::make_shared<merge::MergeOptions>();
  auto* command = app.add_subcommand("merge", "Make one population file of several");
  command->add_option("POPULATION", options->inputs, "The population files (HDF5)")->required();
  command->add_option("-o,--output", options->output, "The merged population file (HDF5)")->required();
  command->add_flag("--take-lock", options->take_lock, "Take the lock of a process that is gone");
  command->footer(help);
  return {command, true, [options](const Surroundings& around) {
            options->libraries = libraries_text();
            return merge::merge(*options, *around.world);
          }};
}

}  // namespace kindred::app
