#include <iostream>
#include <nlohmann/json.hpp>

#include "app/json.hpp"
#include "app/table.hpp"
#include "app/verbs.hpp"
#include "store/lock.hpp"
#include "store/population_file.hpp"
#include "store/similarity_reader.hpp"

namespace kindred::app {
namespace {

constexpr const char* help = R"(
Of a population file: that its structure is the schema's, and that the state and the data of each finished run
are sound (the data by its checksum). Of a similarity file: its structure, that the matrices are symmetric, and
that as many pairs are NaN as their attributes say.

--repair marks the runs that are damaged pending, and changes nothing else: kindred train then trains them
again, and the file ends as if nothing had happened. What else is damaged cannot be repaired.

Exit codes: 0 sound, or all damage is marked; 1 damaged, or the file cannot be read, or its lock is held.)";

struct Options {
  std::string path;
  bool repair = false, take_lock = false, json = false;
};

struct Report {
  store::Verification found;
  std::string checked;  ///< what `found.checked` counts
  bool repaired = false;
};

Report verify_population(const Options& options) {
  std::unique_ptr<store::FileLock> lock;
  if (options.repair) lock = std::make_unique<store::FileLock>(options.path, options.take_lock);
  const store::PopulationFile file(options.path);
  Report report{file.verify(), "runs"};
  if (options.repair && !report.found.damaged.empty()) {
    file.mark_pending(report.found.damaged);
    report.repaired = true;
  }
  return report;
}

Report verify_similarity(const Options& options) {
  KINDRED_VALIDATE(!options.repair,
                   usage_error("--repair: {} is a similarity file (nothing in it can be marked) "
                               "give kindred compare again under another -o",
                               options.path));
  return {store::SimilarityReader(options.path).verify(), "matrices"};
}

void print_json(const Options& options, const Report& report) {
  nlohmann::ordered_json json{{"checked", report.found.checked}, {"problems", report.found.problems}};
  if (options.repair) json["repaired"] = report.found.damaged;
  std::cout << json_text(json);
}

void print_text(const Options& options, const Report& report) {
  for (const auto& problem : report.found.problems) std::cout << printable(problem) << "\n";
  std::cout << fmt::format("{}: {} {} checked, {} problems\n", options.path, report.found.checked,
                           report.checked, report.found.problems.size());
  if (report.repaired)
    std::cout << fmt::format("{} runs are pending now: the command that made the file does them again\n",
                             report.found.damaged.size());
}

}  // namespace

Verb verify_verb(CLI::App& app) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("verify", "Check a population or similarity file: schema, checksums");
  command->add_option("FILE", options->path, "The population or similarity file (HDF5)")->required();
  command->add_flag("--repair", options->repair, "Mark damaged runs pending, so that training redoes them");
  command->add_flag("--take-lock", options->take_lock,
                    "With --repair: take the lock of a process that is gone");
  command->add_flag("--json", options->json, "Print JSON");
  command->footer(help);
  return {command, false, [options](const Surroundings&) {
            const auto report = store::is_similarity(options->path) ? verify_similarity(*options)
                                                                    : verify_population(*options);
            options->json ? print_json(*options, report) : print_text(*options, report);
            const auto left =
                report.found.problems.size() - (report.repaired ? report.found.damaged.size() : 0);
            return left == 0 ? ExitCode::settled : ExitCode::input_output;
          }};
}

}  // namespace kindred::app
