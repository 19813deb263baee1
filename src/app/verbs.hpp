#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "parallel/communicator.hpp"

namespace kindred::app {

/// What a verb may use besides its own options.
struct Surroundings {
  const parallel::Communicator* world = nullptr;  ///< null for the verbs that run in one process
  bool concurrent = false;                        ///< MPI allows calls from several threads
};

/// One verb: its options are bound to the parser when it is made, `run` does the work.
struct Verb {
  CLI::App* command = nullptr;
  bool parallel = false;  ///< runs under mpirun, and collectively
  std::function<ExitCode(const Surroundings&)> run;
};

/// The end of a verb's help.
inline const std::string log_level_footer =
    "Every verb also takes --log-level (debug, info, warn, error or off).\n";
/// Of a verb that tells something of a file.
inline const std::string telling_footer =
    log_level_footer +
    "Exit codes: 0 success, whatever the runs' states are, 1 a file cannot be read, 2 wrong usage.";

Verb train_verb(CLI::App& app);
Verb plan_verb(CLI::App& app);
Verb status_verb(CLI::App& app);
Verb verify_verb(CLI::App& app);
Verb compare_verb(CLI::App& app);
Verb merge_verb(CLI::App& app);
Verb ingest_verb(CLI::App& app);
Verb summary_verb(CLI::App& app);
Verb nearest_verb(CLI::App& app);

/// --data DIR, by default $KINDRED_DATA or the folder that comes with the program.
void add_data_option(CLI::App& command, std::string& folder);

/// --device, --engine and --pack, the same for training and planning.
void add_engine_options(CLI::App& command, std::string& device, std::string& engine, std::string& pack);
/// Runs that train together; 0 for auto. Throws a usage error.
std::int64_t parse_pack(const std::string& text);

/// "kindred 0.1.0 (commit)" and the libraries, a line each.
std::string version_text();
/// The same libraries in one line.
std::string libraries_text();

}  // namespace kindred::app
