#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/moments.hpp"

namespace kindred::statistics {

/// Sizes of the arrays that a population summary covers.
struct PopulationShape {
  std::int64_t rows = 0;     ///< snapshots × parameters: rows of `moments` of one run
  std::int64_t bins = 0;     ///< bins of a histogram row, under- and overflow included
  std::int64_t layers = 0;   ///< snapshots × layers of nodes, 0 where nodes are not known
  std::int64_t weights = 0;  ///< weights_snapshots × P, 0 where weights are not kept
};

/// Summary of one group of runs, mergeable, held as one flat array of doubles so that it
/// travels through MPI as it is. Layout: [runs, pooled Moments rows × 11, of node strengths layers × 11,
/// histogram rows × bins, moments count/mean/M2 rows × 12 × 3, weight mean weights, weight M2 weights]. All
/// zeros without runs. Moves, but does not copy: a view must not become an owner.
class PopulationSummary {
 public:
  explicit PopulationSummary(const PopulationShape& shape);
  PopulationSummary(const PopulationShape& shape,
                    std::span<double> storage);  ///< view, not cleared; length(shape) long
  PopulationSummary(PopulationSummary&&) noexcept = default;
  PopulationSummary& operator=(PopulationSummary&&) noexcept = default;
  static std::size_t length(const PopulationShape& shape);

  /// Adds one run: `moments` [rows, 12], `histogram` [rows, bins], `node_strengths` [layers], `weights`
  /// [weights]. Weights go through a Kokkos kernel, element by element (Welford 1962). Needs a KokkosScope.
  void add(std::span<const double> moments, std::span<const std::uint32_t> histogram,
           std::span<const Moments> node_strengths, std::span<const float> weights);
  /// Adds another summary's runs (of the same shape), as if they had been added after these ones, up to
  /// rounding; an empty summary changes no bit. The same order of runs and merges gives the same bits.
  void merge(const PopulationSummary& other);

  std::int64_t runs() const;
  MomentRow pooled(std::int64_t row) const;         ///< of all the runs' elements together
  MomentRow node_pooled(std::int64_t layer) const;  ///< of all the runs' node strengths together
  std::uint64_t histogram(std::int64_t row, std::int64_t bin) const;
  /// Mean and standard deviation (1/n) between runs of each moment; NaN values of a run are left out. NaN
  /// where no run has a value.
  double moment_mean(std::int64_t row, std::int64_t moment) const;
  double moment_std(std::int64_t row, std::int64_t moment) const;
  std::span<const double> weight_mean() const;  ///< zeros without runs
  std::vector<double> weight_variance() const;  ///< 1/n; NaN without runs
  std::span<double> storage() { return data_; }
  std::span<const double> storage() const { return data_; }

 private:
  /// Of the rows, then of the layers.
  double* pooled_fields_of(std::int64_t row) const;
  void merge_pooled(std::int64_t row, const Moments& moments);
  double* histogram_counts(std::int64_t row) const;
  double* between(std::int64_t row, std::int64_t moment) const;  ///< count, mean, M2
  double* weight_means() const;
  double* weight_squares() const;

  PopulationShape shape_;
  std::vector<double> own_;
  std::span<double> data_;
};

}  // namespace kindred::statistics
