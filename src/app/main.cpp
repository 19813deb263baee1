#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "app/verbs.hpp"
#include "core/log.hpp"
#include "parallel/environment.hpp"
#include "statistics/describe.hpp"

namespace kindred::app {
namespace {

// Before MPI starts only the launcher's environment tells a rank; a wrong command line is reported once.
bool is_first_process() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"})
    if (const char* rank = std::getenv(name)) return std::string(rank) == "0";
  return true;
}

/// What the program ends with for an error, which the user is told.
ExitCode tell(const std::exception& error) {
  log::error("{}", error.what());
  const auto* known = dynamic_cast<const Error*>(&error);
  return known ? known->code() : ExitCode::input_output;
}

ExitCode run_alone(const Verb& verb, const std::string& log_level) {
  try {
    log::configure(log_level);
    const statistics::KokkosScope kokkos;
    return verb.run({});
  } catch (const std::exception& error) {
    return tell(error);
  }
}

/// Lets pass what the ranks have not agreed on.
ExitCode run_agreed(const Verb& verb, const std::string& log_level, const parallel::Environment& mpi,
                    const parallel::Communicator& world) {
  try {
    world.agree([&] { log::configure(log_level, world.rank(), world.size()); });
    const statistics::KokkosScope kokkos;
    return verb.run({&world, mpi.concurrent()});
  } catch (const parallel::AgreedError& error) {
    if (!error.elsewhere()) log::error("{}", error.what());
    return error.code();
  }
}

[[noreturn]] void end_job() {
  auto code = ExitCode::input_output;
  try {
    if (const auto error = std::current_exception()) std::rethrow_exception(error);
  } catch (const std::exception& error) {
    code = tell(error);
  } catch (...) {
  }
  MPI_Abort(MPI_COMM_WORLD, static_cast<int>(code));
  std::abort();
}

ExitCode run_in_parallel(const Verb& verb, const std::string& log_level, int& argc, char**& argv) {
  const parallel::Environment mpi(argc, argv);
  const auto world = parallel::Communicator::world();
  if (world.size() == 1) {
    try {
      return run_agreed(verb, log_level, mpi, world);
    } catch (const std::exception& error) {
      return tell(error);
    }
  }
  // What one rank alone meets ends the job, and from where it was thrown: nothing up to main catches it, so
  // that no destructor waits in a collective call for ranks that wait for this one.
  std::set_terminate(end_job);
  return run_agreed(verb, log_level, mpi, world);
}

int run(int argc, char** argv) {
  CLI::App app("Trains populations of neural networks, describes their weights, compares all with all.",
               "kindred");
  app.require_subcommand(1);
  app.fallthrough();
  app.set_version_flag("--version", version_text);
  std::string log_level = "info";
  app.add_option("--log-level", log_level, "debug, info, warn, error or off")->capture_default_str();
  // Set before the verbs are made, so that their help ends with it too, but for those that set another.
  app.footer(
      log_level_footer +
      "Exit codes: 0 settled, 1 input or output failed, 2 wrong usage, 3 settled but some runs failed,\n"
      "85 stopped with work left (the same command goes on).");
  const std::vector<Verb> verbs = {train_verb(app),  plan_verb(app),    status_verb(app),
                                   verify_verb(app), compare_verb(app), merge_verb(app),
                                   ingest_verb(app), summary_verb(app), nearest_verb(app)};
  app.footer(
      app.get_footer() +
      "\nThe Python package beside it has kindred-report (a page of both files) and kindred-export (runs as "
      "PyTorch modules).");
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& help) {
    return is_first_process() ? app.exit(help) : EXIT_SUCCESS;
  } catch (const CLI::ParseError& error) {
    if (is_first_process()) {
      const std::string verb = argc > 1 ? argv[1] : "";
      const bool known = std::any_of(verbs.begin(), verbs.end(),
                                     [&](const Verb& v) { return v.command->get_name() == verb; });
      const bool unknown = !verb.empty() && verb[0] != '-' && !known;
      const auto problem = unknown ? "there is no verb " + verb : std::string(error.what());
      const auto help = known ? "kindred " + verb + " --help" : "kindred --help";
      std::fprintf(stderr, "kindred: %s (see %s)\n", problem.c_str(), help.c_str());
    }
    return static_cast<int>(ExitCode::usage);
  }
  for (const auto& verb : verbs)
    if (verb.command->parsed())
      return static_cast<int>(verb.parallel ? run_in_parallel(verb, log_level, argc, argv)
                                            : run_alone(verb, log_level));
  return static_cast<int>(ExitCode::usage);
}

}  // namespace
}  // namespace kindred::app

int main(int argc, char** argv) { return kindred::app::run(argc, argv); }
