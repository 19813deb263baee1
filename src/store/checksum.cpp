#include "core/hash.hpp"
#include "store/population_file.hpp"
#include "store/runs_table.hpp"

namespace kindred::store {

std::uint64_t checksum(const RowData& rows, const RunResult& result) {
  Xxh64 hash;
  for (const auto& row : rows) hash.update(std::span<const std::byte>(row));
  for (const auto& field : kResultFields) hash.update(std::span<const double>(&(result.*field.value), 1));
  return hash.digest();
}

}  // namespace kindred::store
