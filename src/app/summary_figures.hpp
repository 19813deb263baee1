#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "store/population_file.hpp"

namespace kindred::app {

/// One figure over runs. NaN is left out; without any value all but the count are NaN.
class Spread {
 public:
  void add(double value) {
    if (!std::isnan(value)) values_.push_back(value);
  }
  std::int64_t count() const { return std::ssize(values_); }
  double mean() const;
  double deviation() const;  ///< standard deviation, 1/n
  double quantile(
      double position) const;  ///< interpolated as by numpy.quantile: 0 is the minimum, 1 the maximum

 private:
  std::vector<double> values_;
};

/// One of a cohort's arrays of f64 as tables of figures: moments (parameter by moment), spectrum (matrix by
/// spectral) or layer_fluctuation (layer, one column without a name). Without rows where the file lacks it.
class Figures {
 public:
  Figures(const store::PopulationFile& file, const std::string& cohort, const std::string& array);

  const std::vector<std::string>& rows() const { return rows_; }
  const std::vector<std::string>& columns() const { return columns_; }
  bool empty() const { return rows_.empty(); }
  /// Of a row of the cohort at a snapshot: [rows, columns].
  std::vector<double> read(std::int64_t cohort_row, std::int64_t snapshot) const;
  /// Index of a name, or an input/output error: the file's scale has others than the schema's.
  std::size_t row(const std::string& name) const;
  std::size_t column(const std::string& name) const;

 private:
  const store::PopulationFile& file_;
  std::string cohort_, array_;
  std::vector<std::string> rows_, columns_;
};

/// The spread of each figure of a table over runs.
struct SpreadTable {
  std::vector<std::string> rows, columns;
  std::vector<Spread> cells;  ///< [rows, columns]

  explicit SpreadTable(const Figures& figures)
      : rows(figures.rows()), columns(figures.columns()), cells(rows.size() * columns.size()) {}
  void add(std::span<const double> values);
  const Spread& at(std::size_t row, std::size_t column) const { return cells[row * columns.size() + column]; }
};

/// The epochs of a cohort's snapshots; none where it has no statistics.
std::vector<std::int64_t> snapshot_epochs(const store::PopulationFile& file, const std::string& cohort);
/// How many parameters a network of the cohort has; 0 where the file does not say.
std::int64_t parameter_count(const store::PopulationFile& file, const std::string& cohort);
/// "mlp", "cnn", "vit", or what else the cohort's architecture calls itself; "" for nothing.
std::string architecture_name(const store::PopulationFile& file, const std::string& cohort);

}  // namespace kindred::app
