#include "merge/stored_run.hpp"

#include <algorithm>

namespace kindred::merge {

std::optional<StoredRun> read_run(const store::PopulationFile& file, std::int64_t run,
                                  const std::string& cohort, const std::vector<store::Array>& wanted) {
  auto rows = file.rows(run);
  StoredRun stored{{}, file.result(run)};
  if (store::checksum(rows, stored.result) != file.stored_checksum(run)) return std::nullopt;
  const auto arrays = file.arrays(cohort);
  for (const auto& array : wanted) {
    const auto found = std::ranges::find(arrays, array.name, &store::Array::name);
    stored.rows.push_back(std::move(rows.at(static_cast<std::size_t>(found - arrays.begin()))));
  }
  return stored;
}

}  // namespace kindred::merge
