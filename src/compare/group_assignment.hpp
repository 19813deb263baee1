#pragma once

#include <span>

#include "compare/linear_assignment.hpp"

namespace kindred::compare {

using Order = std::vector<std::int32_t>;

/// The best orders of one symmetry group's units (symmetry.hpp), given what each pair of units is worth.
class GroupAssignment {
 public:
  GroupAssignment(std::int64_t units, std::int64_t heads, std::size_t parts);

  /// Forgets the prices of earlier calls.
  void reset();
  /// `scores`: of each part, [units, units] of finite worths of b's unit j in the place of a's unit i. Sets
  /// orders() and returns by how much they are worth more than leaving every unit where it is.
  double assign(std::span<const float* const> scores);
  /// Of each part: the unit that comes into each place.
  const std::vector<Order>& orders() const { return orders_; }
  /// The next scores are of units in orders().
  void accept();

 private:
  void assign_heads(std::span<const float* const> scores);

  std::int64_t units_, heads_;
  LinearAssignment inside_, among_;  // units of a head; heads
  std::vector<Order> orders_;
  std::vector<Order> insides_;  // [part, head of a, head of b]: the orders inside
  std::vector<float> worths_;   // [heads, heads]
};

}  // namespace kindred::compare
