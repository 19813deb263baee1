#pragma once

#include <ATen/ATen.h>

#include "compare/group_assignment.hpp"
#include "compare/symmetry.hpp"

namespace kindred::compare {

/// Units that are reordered alike (a part of a symmetry group), and what a pair of runs has found for them.
class MatchedUnits {
 public:
  /// `alone`: axes of parameters that have no other axis. Whatever the other units do, their products stay,
  /// and the weights need not move. `shared`: the others, whose products are taken anew each time.
  MatchedUnits(std::int64_t units, std::vector<Axis> alone, std::vector<Axis> shared);

  /// A new pair; flat weights, of which a's stay where they are until the next.
  void begin(const float* a, const float* b);
  /// Σ⟨a's unit i, b's unit j⟩ over the axes, [units, units] in fp32, valid until the next call; null where
  /// fp32 does not hold it. `moved`: b's parameters with shared axes, as permuted so far.
  const float* score(const float* moved);
  /// What is b's unit order[u] now becomes unit u.
  void reorder(const Order& order, float* moved);
  /// ⟨a, b⟩ along `alone`, with b's units reordered.
  double alone_product(const float* a, const float* b) const { return inner_product(alone_, order_, a, b); }
  /// Reorders the units of b's weights along `alone`.
  void apply_alone(float* b) const { permute(alone_, order_, b); }

 private:
  std::int64_t units_;
  std::vector<Axis> alone_, shared_;
  std::vector<at::Tensor> rows_;  ///< a's along `shared`
  at::Tensor constant_, score_;   ///< [units of a, units of b]: products along `alone`, and along all
  Order order_;                   ///< where b's units come from
};

}  // namespace kindred::compare
