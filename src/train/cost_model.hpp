#pragma once

#include <cstddef>
#include <vector>

namespace kindred::train {

/// Packs that take equally long as far as their settings tell: of one cohort, compatible, equally many runs.
struct PackKind {
  double seconds = 0;  ///< first estimate of one pack
  std::size_t cohort = 0;
  std::size_t architecture = 0;
};

/// Estimates of what packs take that learn from those that have finished. A kind's estimate is its first one
/// times exp(c), where c pools the logarithms of measured / first estimate: over the kind, drawn towards its
/// cohort's c, which is drawn towards its architecture's, that towards that of all kinds, and that towards 0.
/// So one pack corrects its own kind at once and its relatives the less the more distant they are.
/// Independent of the order of observations.
class CostModel {
 public:
  explicit CostModel(std::vector<PackKind> kinds);

  /// A pack of this kind took so many seconds. Values that are not positive and finite teach nothing.
  void observe(std::size_t kind, double seconds);
  /// The estimate for one pack of this kind.
  double seconds(std::size_t kind) const { return estimates_[kind]; }
  std::size_t size() const { return kinds_.size(); }
  bool has_learned() const { return all_.count > 0; }

 private:
  struct Pool {
    double sum = 0, count = 0;
    double mean(double parent, double weight) const;
  };

  std::vector<PackKind> kinds_;
  std::vector<Pool> own_, cohorts_, architectures_;
  Pool all_;
  std::vector<double> estimates_;
};

}  // namespace kindred::train
