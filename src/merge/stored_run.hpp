#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/population_file.hpp"

namespace kindred::merge {

/// A done or diverged run as a file holds it.
struct StoredRun {
  store::RowData rows;
  store::RunResult result;
};

/// Reads the wanted ones of the arrays of a run, all of which its cohort has. Nothing where what is stored
/// does not have its checksum. Independent. Throws an input/output error.
std::optional<StoredRun> read_run(const store::PopulationFile& file, std::int64_t run,
                                  const std::string& cohort, const std::vector<store::Array>& wanted);

}  // namespace kindred::merge
