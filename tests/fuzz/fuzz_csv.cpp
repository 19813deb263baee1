#include <algorithm>

#include "ingest/csv.hpp"
#include "ingest/settings.hpp"
#include "target.hpp"

using namespace kindred;

/// A table of settings, as `kindred ingest --settings` takes it.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::reading(ExitCode::usage, [&] {
    const auto table = ingest::parse_csv(fuzz::text_of({data, size}), "runs.csv");
    std::vector<std::string> runs;
    const auto key = static_cast<std::size_t>(std::ranges::find(table.header, "run") - table.header.begin());
    for (const auto& row : table.rows) {
      fuzz::require(row.cells.size() == table.header.size(), "every row has the header's cells");
      if (key < row.cells.size()) runs.push_back(row.cells[key]);
    }
    if (runs.size() > 1) runs.pop_back();  // a row that is no run's
    const auto settings = ingest::settings_of(table, runs, "runs.csv");
    fuzz::require(settings.results.size() == runs.size() && settings.datasets.size() == runs.size(),
                  "every run has its results");
    for (const auto& column : settings.columns)
      fuzz::require(
          std::visit([](const auto& values) { return values.size(); }, column.values) == runs.size(),
          "every run has a value of every setting");
  });
  return 0;
}
