#include "compare/matched_units.hpp"

#include <algorithm>
#include <numeric>

namespace kindred::compare {
namespace {

/// The axis of flat weights as a matrix [units, outer * inner]; a copy where no strides describe it.
at::Tensor unit_rows(const float* weights, const Axis& axis, std::int64_t units) {
  return at::from_blob(const_cast<float*>(weights + axis.offset), {units, axis.outer, axis.inner},
                       {axis.inner, axis.stride, 1})
      .reshape({units, axis.outer * axis.inner});
}

void add_product(const at::Tensor& rows, const float* b, const Axis& axis, at::Tensor& out) {
  at::addmm_out(out, out, rows, unit_rows(b, axis, rows.size(0)).t());
}

void permute_columns(at::Tensor& matrix, const Order& order) {
  const auto size = order.size();
  std::vector<float> old(size);
  float* row = matrix.mutable_data_ptr<float>();
  for (std::size_t i = 0; i < size; ++i, row += size) {
    std::copy_n(row, size, old.begin());
    for (std::size_t j = 0; j < size; ++j) row[j] = old[static_cast<std::size_t>(order[j])];
  }
}

bool finite(const at::Tensor& matrix) {
  const float* value = matrix.const_data_ptr<float>();
  const auto size = matrix.numel();
  float zero = 0;
#pragma omp simd reduction(+ : zero)
  for (std::int64_t i = 0; i < size; ++i) zero += value[i] * 0;
  return zero == 0;
}

}  // namespace

MatchedUnits::MatchedUnits(std::int64_t units, std::vector<Axis> alone, std::vector<Axis> shared)
    : units_(units),
      alone_(std::move(alone)),
      shared_(std::move(shared)),
      constant_(at::empty({units, units})),
      score_(at::empty({units, units})),
      order_(static_cast<std::size_t>(units)) {}

void MatchedUnits::begin(const float* a, const float* b) {
  constant_.zero_();
  for (const auto& axis : alone_) add_product(unit_rows(a, axis, units_), b, axis, constant_);
  rows_.clear();
  for (const auto& axis : shared_) rows_.push_back(unit_rows(a, axis, units_));
  std::iota(order_.begin(), order_.end(), 0);
}

const float* MatchedUnits::score(const float* moved) {
  score_.copy_(constant_);
  for (std::size_t i = 0; i < shared_.size(); ++i) add_product(rows_[i], moved, shared_[i], score_);
  return finite(score_) ? score_.const_data_ptr<float>() : nullptr;
}

void MatchedUnits::reorder(const Order& order, float* moved) {
  permute(shared_, order, moved);
  permute_columns(constant_, order);
  const auto old = order_;
  for (std::size_t u = 0; u < order.size(); ++u) order_[u] = old[static_cast<std::size_t>(order[u])];
}

}  // namespace kindred::compare
