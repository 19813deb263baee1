#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "statistics/describe.hpp"
#include "statistics/radix_sort.hpp"

namespace kindred::statistics {

/// Exact quantiles of segments in host memory, of T = float or double. NaN and infinities are left out.
///
/// A quantile needs two order statistics, so most values need no sorting: a first pass counts the values in
/// equal intervals of the range of most, which tells the intervals that hold the wanted ranks; a second one
/// keeps the values of those, and they are sorted. Where intervals do not tell values apart, more is sorted,
/// at most everything.
template <class T>
class Quantiles {
 public:
  /// `probabilities` in [0, 1], ascending.
  explicit Quantiles(std::span<const double> probabilities)
      : probabilities_(probabilities.begin(), probabilities.end()) {}

  /// rows: [segments + 1], moments of the segments and, last, of all together: the counts and extremes are
  /// used. out: [segments + 1, probabilities], rounded to float; NaN where there is no value.
  void compute(std::span<const BasicSegment<T>> segments, std::span<const Moments> rows,
               std::span<float> out);

 private:
  using Values = std::span<const T>;
  /// Sorted values that follow each other: the rank of the first, and its place among those kept.
  struct Run {
    std::size_t rank, place;
  };

  std::vector<Values> finite_values(std::span<const BasicSegment<T>> segments, std::span<const Moments> rows);
  void compute_row(std::span<const Values> parts, const Moments& moments, std::span<float> out);
  void keep_all(std::span<const Values> parts, std::size_t count);
  void keep_needed(std::span<const Values> parts, T low, T scale);
  void sort_kept(std::size_t size);

  std::vector<double> probabilities_;
  std::vector<T> finite_;              ///< copies of the segments that hold something else as well
  std::vector<std::size_t> ranks_;     ///< [probabilities], the order statistic below each quantile
  std::vector<std::uint32_t> counts_;  ///< [tallies, intervals]
  std::vector<std::uint8_t> needed_;   ///< [intervals]
  std::vector<KeyOf<T>> kept_, scratch_;
  std::vector<Run> runs_;
};

extern template class Quantiles<float>;
extern template class Quantiles<double>;

}  // namespace kindred::statistics
