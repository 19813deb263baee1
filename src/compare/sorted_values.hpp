#pragma once

#include <functional>
#include <vector>

#include "compare/metric.hpp"
#include "compare/source.hpp"

namespace kindred::compare {

/// A run's values of one kind, ascending: weights, weights standardised, singular values of a matrix divided
/// by the largest, or node strengths of a layer, as the family says. Independent.
class SortedValues {
 public:
  SortedValues(Family family, const Source& source);
  SortedValues(const SortedValues&) = delete;
  SortedValues& operator=(const SortedValues&) = delete;

  std::int64_t size() const { return size_; }
  /// out: [size]. False where a value is not finite.
  bool load(std::int64_t row, float* out);

 private:
  using Values = std::span<float>;
  void read_singular_values(std::int64_t row, Values out) const;

  Source source_;
  std::int64_t size_ = 0;
  std::function<void(std::int64_t row, Values out)> read_;
};

/// Subtracts the mean and divides by the standard deviation (1/n), in double; where that is 0, gives zeros.
void standardize(std::span<float> values);

/// How the quantile functions of `left` and of `right` values run together: piece k is `widths[k]` wide, and
/// there their values are left_index[k] and right_index[k] of the sorted ones. The widths sum to 1.
struct QuantileSteps {
  QuantileSteps(std::int64_t left, std::int64_t right);
  std::vector<std::int64_t> left_index, right_index;
  std::vector<float> widths;
  static constexpr std::size_t bytes_of_piece = 2 * sizeof(std::int64_t) + sizeof(float);
};

}  // namespace kindred::compare
