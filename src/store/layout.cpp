#include <limits>

#include "store/population_file.hpp"
#include "store/runs_table.hpp"
#include "store/similarity_file.hpp"

namespace kindred::store {

namespace {

/// Products and sums that stay at the largest number, so that an impossible layout is refused as too big.
class Bytes {
 public:
  void add(std::uint64_t count, std::uint64_t size) {
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(count, size, &product) || __builtin_add_overflow(total_, product, &total_))
      total_ = std::numeric_limits<std::uint64_t>::max();
  }
  std::uint64_t total() const { return total_; }

 private:
  std::uint64_t total_ = 0;
};

std::uint64_t elements(const std::vector<Dimension>& dimensions) {
  std::uint64_t count = 1;
  for (const auto& dimension : dimensions)
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(dimension.size), &count))
      return std::numeric_limits<std::uint64_t>::max();
  return count;
}

}  // namespace

std::int64_t Array::row_length() const { return static_cast<std::int64_t>(elements(dimensions)); }

std::int64_t PopulationLayout::runs() const {
  if (columns.empty()) return 0;
  return std::visit([](const auto& values) { return static_cast<std::int64_t>(values.size()); },
                    columns.front().values);
}

std::uint64_t PopulationLayout::bytes() const {
  Bytes bytes;
  // Settings take 8 bytes or, where they are text, a reference of 16 and the text.
  bytes.add(static_cast<std::uint64_t>(runs()), columns.size() * 16 + kRunsTableBytes);
  for (const auto& cohort : cohorts) {
    for (const auto& array : cohort.arrays) {
      Bytes row;
      row.add(elements(array.dimensions), size_of(array.type));
      bytes.add(row.total(), cohort.runs.size());
    }
    for (const auto& array : cohort.population) {
      Bytes row;
      row.add(elements(array.dimensions), size_of(array.type));
      bytes.add(row.total(), groups.size());
    }
  }
  return bytes.total();
}

std::uint64_t SimilarityLayout::bytes() const {
  Bytes bytes;
  for (const auto& cohort : cohorts)
    for (const auto& matrix : cohort.matrices) {
      const std::uint64_t slices = matrix.slice_dimension.empty() ? 1 : matrix.slices.size();
      bytes.add(cohort.runs.size() * cohort.runs.size() * sizeof(float), slices);
    }
  return bytes.total();
}

}  // namespace kindred::store
