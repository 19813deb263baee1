#include "train/cost_model.hpp"

#include <algorithm>
#include <cmath>

namespace kindred::train {
namespace {

// How many observations the parent counts for. Best is the ratio of the variances within a kind and between
// kinds (normal prior): packs of a kind differ by some 15 %, first estimates of related kinds are wrong by
// some 30 % in different directions.
constexpr double parent_weight = 0.25;
// The machine's speed, a factor of all kinds, is as uncertain as one of them.
constexpr double all_weight = 1;

}  // namespace

double CostModel::Pool::mean(double parent, double weight) const {
  return (sum + weight * parent) / (count + weight);
}

CostModel::CostModel(std::vector<PackKind> kinds) : kinds_(std::move(kinds)), own_(kinds_.size()) {
  std::size_t cohorts = 0, architectures = 0;
  for (const auto& kind : kinds_) {
    cohorts = std::max(cohorts, kind.cohort + 1);
    architectures = std::max(architectures, kind.architecture + 1);
    estimates_.push_back(kind.seconds);
  }
  cohorts_.resize(cohorts);
  architectures_.resize(architectures);
}

void CostModel::observe(std::size_t kind, double seconds) {
  const auto& known = kinds_[kind];
  const double ratio = std::log(seconds / known.seconds);
  if (!std::isfinite(ratio)) return;
  for (auto* pool : {&own_[kind], &cohorts_[known.cohort], &architectures_[known.architecture], &all_}) {
    pool->sum += ratio;
    pool->count += 1;
  }
  const double all = all_.mean(0, all_weight);
  for (std::size_t k = 0; k < kinds_.size(); ++k) {
    const double architecture = architectures_[kinds_[k].architecture].mean(all, parent_weight);
    const double cohort = cohorts_[kinds_[k].cohort].mean(architecture, parent_weight);
    estimates_[k] = kinds_[k].seconds * std::exp(own_[k].mean(cohort, parent_weight));
  }
}

}  // namespace kindred::train
