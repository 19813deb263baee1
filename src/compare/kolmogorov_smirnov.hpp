#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kindred::compare {

/// Points that divide the real line into cells of about equally many values. How many values of a run lie
/// below each, counted once, spares most of the work of every pair of runs.
class KolmogorovSmirnovGrid {
 public:
  static constexpr std::int64_t most_points = 4097;
  /// Values of a sample that are enough for as many.
  static constexpr std::size_t most_values = 24 * 4096;
  /// Quantiles of the samples' values; each sample ascending and without NaN. Independent.
  explicit KolmogorovSmirnovGrid(const std::vector<std::span<const float>>& sorted_samples);
  /// Including -∞, the first, and ∞, the last.
  std::int64_t points() const { return static_cast<std::int64_t>(points_.size()); }
  /// below[k]: values less than point k, so the first is 0 and the last all. sorted: ascending, finite, fewer
  /// than 2³¹; below: [points].
  void count(std::span<const float> sorted, std::int32_t* below) const;

 private:
  std::vector<float> points_;
};

/// The two-sample Kolmogorov-Smirnov statistic sup |F_a - F_b| of ascending finite values (Hodges 1958), from
/// whole numbers and one division: any grid, the same for both, gives the same bits, as does exchanging a and
/// b. NaN where there is no value. Independent.
double kolmogorov_smirnov(std::span<const float> a, const std::int32_t* below_a, std::span<const float> b,
                          const std::int32_t* below_b, std::int64_t points);

}  // namespace kindred::compare
