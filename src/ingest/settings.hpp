#pragma once

#include <span>
#include <string>
#include <vector>

#include "ingest/csv.hpp"
#include "store/population_file.hpp"

namespace kindred::ingest {

/// What a table tells of the runs, in the order of the runs.
struct Settings {
  std::vector<store::Column> columns;     ///< for /runs, in the table's order
  std::vector<store::RunResult> results;  ///< NaN where the table tells nothing
  std::vector<std::string> datasets;      ///< the cells of `data.dataset`, "" where it tells nothing
  std::vector<std::string> unused;        ///< names of rows that are no run's
};

/// Nothing but the runs' names is known.
Settings no_settings(std::size_t runs);

/// Finds each run's row by the column `run`. The columns epochs_completed, train_loss, train_accuracy,
/// test_loss and test_accuracy become results. Each of the others becomes a column of its name: of integers,
/// reals or truth values (true, false) where all its cells are, else of texts; an empty cell is -1, NaN, ""
/// as in a trained population. Integers with empty cells and a -1 among them become reals, truth values with
/// empty cells integers 1, 0, -1. Throws a usage error with `origin` and the line: no column `run`, a column
/// of a name that the file has for itself, a run without a row or with two, a result that is no number or is
/// out of range.
Settings settings_of(const CsvTable& table, std::span<const std::string> runs, const std::string& origin);

}  // namespace kindred::ingest
