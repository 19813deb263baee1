#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/summary_figures.hpp"
#include "store/population_file.hpp"

namespace kindred::app {

/// What a summary needs of every run, by run.
struct RunsTable {
  std::vector<store::State> states;
  std::vector<double> test_accuracy;  ///< NaN where it is not known
  std::vector<std::uint64_t> ids;

  explicit RunsTable(const store::PopulationFile& file);
};

struct StateCounts {
  std::int64_t runs = 0, done = 0, diverged = 0, failed = 0, pending = 0;
  void add(store::State state);
  std::string text() const;  ///< "72 runs: 70 done, 2 diverged"
};
/// Adds the counts to a JSON object.
void add_counts(nlohmann::ordered_json& json, const StateCounts& counts);
StateCounts count_states(const RunsTable& runs);
StateCounts count_states(const RunsTable& table, const std::vector<std::int64_t>& runs);  ///< of these
/// The row of /runs of each of a cohort's rows; an input/output error where one does not exist.
std::vector<std::int64_t> runs_of(const store::PopulationFile& file, const std::string& cohort,
                                  const RunsTable& runs);
/// A line that says what the figures are of while runs are still to be trained; "" otherwise.
std::string pending_note(const StateCounts& counts);

/// Titles of the tables of layer_fluctuation and spectrum.
inline constexpr const char* fluctuation_title =
    "Layer fluctuation: standard deviation of the node strengths of a layer";
inline constexpr const char* spectrum_title =
    "Spectra; alpha is the exponent of the eigenvalues' power law, – under 50 of them";

/// {"mean", "std", "min", "lower_quartile", "median", "upper_quartile", "max"} over runs.
nlohmann::ordered_json json_of(const Spread& spread);
/// {row: {column: the same}}, without the column where it has no name.
nlohmann::ordered_json json_of(const SpreadTable& table);

/// Each returns what the verb prints. They throw usage and input/output errors.
std::string summarise_cohorts(const store::PopulationFile& file, const std::string& path, bool json);
std::string summarise_run(const store::PopulationFile& file, const std::string& path, std::int64_t run,
                          bool json);
std::string summarise_by(const store::PopulationFile& file, const std::string& path, const std::string& key,
                         bool json);

}  // namespace kindred::app
