#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace kindred::compare {

/// The linear assignment problem of square matrices: the permutation c that maximises Σᵢ weights[i, c(i)].
///
/// Jonker & Volgenant (1987), "A shortest augmenting path algorithm for dense and sparse linear assignment
/// problems", without their initial pass over the columns; the paths as in Crouse (2016), "On implementing 2D
/// rectangular assignment algorithms". In fp64. Columns have prices, rows want the column of the largest
/// weight less price: first each row takes it and raises its price to where the second best is as good,
/// which may drive another row out; the few rows that are left find their columns by shortest paths.
/// Between equal solutions the choice depends on the weights and the earlier prices alone. Independent.
class LinearAssignment {
 public:
  explicit LinearAssignment(std::int64_t size);

  /// Forgets the prices. Without it a call starts from those of the last one, which is quick where the
  /// weights are similar; any prices lead to an optimum.
  void reset();
  /// The columns are renamed: column j is what order[j] was.
  void rename(std::span<const std::int32_t> order);
  /// `weights` [size, size], finite, its rows `stride` apart. The column of each row, valid until the next
  /// call.
  std::span<const std::int32_t> maximize(const float* weights, std::int64_t stride);
  /// Of the columns after maximize(): with uᵢ = maxⱼ(wᵢⱼ - pⱼ), Σu + Σp is the optimum (duality).
  std::span<const double> prices() const { return {prices_.data(), columns_.size()}; }

 private:
  struct Best {
    double first, second;  // values of the best column and of the next
    std::int32_t column;
  };
  const double* row(std::int32_t index) const { return weights_.data() + index * stride_; }
  double value(std::int32_t row_index, std::int32_t column) const;
  Best best(std::int32_t row_index) const;
  std::int32_t free_column(std::int32_t row_index, double value) const;
  void give(std::int32_t row_index, std::int32_t column);
  void bid();
  void augment(std::int32_t start);
  double lengthen(std::int32_t row_index, double base);
  std::int32_t nearest(double distance) const;

  std::int32_t size_;
  std::int64_t stride_;          // whole vectors
  std::vector<double> weights_;  // -infinity behind the columns
  std::vector<double> prices_, distances_;
  std::vector<double> before_;  // of each column: the row before it (a double for the vectors)
  std::vector<std::int32_t> columns_, owners_;  // of each row, of each column; -1: none
  std::vector<std::int32_t> free_;
  std::vector<std::pair<std::int32_t, double>> visited_;  // columns and their distances
};

}  // namespace kindred::compare
