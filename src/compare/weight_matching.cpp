#include "compare/weight_matching.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "compare/matched_units.hpp"

namespace kindred::compare {
namespace {

constexpr int most_sweeps = 100;
/// A gain in cosine below fp32's resolution is rounding, which could go round in circles.
constexpr double least_gain = 1e-7;

struct Group {
  GroupAssignment assignment;
  std::vector<MatchedUnits> parts;
  std::vector<std::size_t> neighbours;  ///< groups with an axis of the same parameter
  bool settled;                         ///< optimal, given its neighbours
};

struct Sums {
  double aa, bb, ab;
};

Sums sums_of_products(const float* a, const float* b, std::int64_t size) {
  double aa = 0, bb = 0, ab = 0;
#pragma omp simd reduction(+ : aa, bb, ab)
  for (std::int64_t i = 0; i < size; ++i) {
    const double x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  return {aa, bb, ab};
}

}  // namespace

class WeightMatching::State {
 public:
  explicit State(const network::Network& network) : size(network.size), moved_(at::empty({network.size})) {
    const auto symmetries = symmetry_groups(network);
    std::vector<std::vector<std::size_t>> users(network.parameters.size());  // a group for each axis
    for (std::size_t g = 0; g < symmetries.size(); ++g)
      for (const auto& axes : symmetries[g].parts)
        for (const auto& axis : axes) users[axis.parameter].push_back(g);
    for (std::size_t p = 0; p < users.size(); ++p)
      if (users[p].size() != 1) copied_.push_back(network.parameters[p]);

    for (const auto& symmetry : symmetries) {
      Group group{{symmetry.units, symmetry.heads, symmetry.parts.size()}, {}, {}, false};
      for (const auto& axes : symmetry.parts) {
        std::vector<Axis> alone, shared;
        for (const auto& axis : axes) {
          const auto& sharing = users[axis.parameter];
          (sharing.size() == 1 ? alone : shared).push_back(axis);
          group.neighbours.insert(group.neighbours.end(), sharing.begin(), sharing.end());
        }
        group.parts.emplace_back(symmetry.units, std::move(alone), std::move(shared));
      }
      std::ranges::sort(group.neighbours);
      group.neighbours.erase(std::unique(group.neighbours.begin(), group.neighbours.end()),
                             group.neighbours.end());
      groups_.push_back(std::move(group));
    }
  }

  /// Finds the orders of b's units.
  void match(const float* a, const float* b, double tolerance) {
    for (const auto& parameter : copied_)
      std::copy_n(b + parameter.offset, parameter.size, moved_.mutable_data_ptr<float>() + parameter.offset);
    for (auto& group : groups_) {
      group.settled = false;
      group.assignment.reset();
      for (auto& part : group.parts) part.begin(a, b);
    }
    bool progress = true;
    for (int sweep = 0; sweep < most_sweeps && progress; ++sweep) {
      progress = false;
      for (auto& group : groups_)
        if (!group.settled && improve(group, tolerance)) progress = true;
    }
  }

  /// ⟨a, b⟩ with b's units reordered.
  double product(const float* a, const float* b) const {
    double sum = 0;
    for (const auto& group : groups_)
      for (const auto& part : group.parts) sum += part.alone_product(a, b);
    for (const auto& parameter : copied_)
      sum += sums_of_products(a + parameter.offset, moved_.const_data_ptr<float>() + parameter.offset,
                              parameter.size)
                 .ab;
    return sum;
  }

  /// Turns b's flat weights into the permuted ones.
  void apply(float* b) const {
    for (const auto& group : groups_)
      for (const auto& part : group.parts) part.apply_alone(b);
    for (const auto& parameter : copied_)
      std::copy_n(moved_.const_data_ptr<float>() + parameter.offset, parameter.size, b + parameter.offset);
  }

  const std::int64_t size;

 private:
  bool improve(Group& group, double tolerance) {
    group.settled = true;
    std::vector<const float*> scores;
    for (auto& part : group.parts) {
      scores.push_back(part.score(moved_.const_data_ptr<float>()));
      if (!scores.back()) return false;
    }
    if (group.assignment.assign(scores) <= tolerance) return false;
    group.assignment.accept();
    for (std::size_t p = 0; p < group.parts.size(); ++p)
      group.parts[p].reorder(group.assignment.orders()[p], moved_.mutable_data_ptr<float>());
    for (const auto neighbour : group.neighbours) groups_[neighbour].settled = false;
    group.settled = true;
    return true;
  }

  std::vector<network::Parameter> copied_;  ///< those that are not alone on an axis
  std::vector<Group> groups_;
  at::Tensor moved_;  ///< b's copied parameters, as permuted so far
};

WeightMatching::WeightMatching(const network::Network& network) : state_(std::make_unique<State>(network)) {}
WeightMatching::~WeightMatching() = default;

double WeightMatching::aligned_cosine(const float* a, const float* b) { return align(a, b, nullptr); }

double WeightMatching::align(const float* a, const float* b, float* aligned) {
  const c10::InferenceMode guard;
  const auto [aa, bb, ab] = sums_of_products(a, b, state_->size);
  if (aligned) std::copy_n(b, state_->size, aligned);
  const double norms = std::sqrt(aa) * std::sqrt(bb);
  if (!(norms > 0 && std::isfinite(norms))) return std::numeric_limits<double>::quiet_NaN();
  state_->match(a, b, least_gain * norms);
  const double product = state_->product(a, b);
  if (!(product > ab)) return std::clamp(ab / norms, -1.0, 1.0);
  if (aligned) state_->apply(aligned);
  return std::min(product / norms, 1.0);
}

}  // namespace kindred::compare
