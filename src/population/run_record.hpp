#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <string_view>

#include "core/bytes.hpp"
#include "core/error.hpp"
#include "statistics/describe.hpp"
#include "store/population_file.hpp"

namespace kindred::population {

/// One run's arrays in memory while it trains, in the file's order and types. What is never reached stays
/// NaN (floating types) or 0.
class RunRecord {
 public:
  explicit RunRecord(const std::vector<store::Array>& arrays);

  bool has(std::string_view array) const;
  /// The whole row of an array, flattened. T must be its type.
  template <class T>
  std::span<T> row(std::string_view array) {
    auto& bytes = rows_[index(array)];
    return {reinterpret_cast<T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  /// A network's statistics, those that the arrays ask for, at one of the snapshots.
  void put(const statistics::Description& description, std::size_t snapshot);
  const store::RowData& rows() const { return rows_; }

  void save(ByteWriter& out) const;
  /// Takes what a record of the same arrays saved.
  void restore(ByteReader& in);

 private:
  std::size_t index(std::string_view array) const;
  const std::vector<store::Array>& arrays_;
  store::RowData rows_;
};

}  // namespace kindred::population
