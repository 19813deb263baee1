#include "compare/symmetry.hpp"

#include <algorithm>

namespace kindred::compare {
namespace {

using namespace network;

/// Goes through the layers and remembers which group's units flow there.
class SymmetryBuilder {
 public:
  explicit SymmetryBuilder(const Network& network) : network_(network) {}

  void operator()(const Linear& l) {
    follow(l.weight, l.out, l.in);
    begin(l.out);
    follow(l.weight, 1, l.out * l.in);
    follow(l.bias, 1, l.out);
  }
  void operator()(const Convolve& c) {
    const auto pixels = c.kernel * c.kernel;
    follow(c.weight, c.out, c.in * pixels);
    begin(c.out);
    follow(c.weight, 1, c.out * c.in * pixels);
    follow(c.bias, 1, c.out);
  }
  void operator()(const Embed& e) {  // of the image itself, whose channels have their order
    begin(e.dim);
    follow(e.class_token, 1, e.dim);
    follow(e.positions, e.tokens, e.dim);
    follow(e.weight, 1, e.dim * e.channels * e.patch * e.patch);
    follow(e.bias, 1, e.dim);
  }
  void operator()(const LayerNorm& n) {
    follow(n.gain, 1, n.size);
    follow(n.bias, 1, n.size);
  }
  void operator()(const Attend& a) {
    if (!plain(flow_) || group(flow_).units != 3 * a.dim) return fix(flow_);
    auto& attention = group(flow_);
    const auto rows = std::move(attention.parts[0]);
    attention = {a.dim, a.heads, {{}, {}}};
    for (const auto& axis : rows)
      for (const std::int64_t third : {0, 1, 2})
        attention.parts[third < 2 ? 0 : 1].push_back(
            {axis.parameter, axis.offset + third * a.dim * axis.inner, axis.outer, axis.stride, axis.inner});
    flow_.part = 1;
  }
  void operator()(const Branch&) { branch_ = flow_; }
  void operator()(const Join&) {
    if (flow_.group == branch_.group && flow_.part == branch_.part && plain(flow_)) return;
    if (!plain(flow_) || !plain(branch_) || group(flow_).units != group(branch_).units) {
      fix(branch_);
      return fix(flow_);
    }
    auto& axes = group(flow_).parts[0];
    auto& residual = group(branch_).parts[0];
    residual.insert(residual.end(), axes.begin(), axes.end());
    group(flow_) = {};
    flow_ = branch_;
  }
  template <class Other>
  void operator()(const Other&) {}

  /// The classes have their order, so the last layer's rows are no group.
  std::vector<SymmetryGroup> take() {
    fix(flow_);
    std::erase_if(groups_, [](const SymmetryGroup& g) { return g.parts.empty() || g.units == 1; });
    return std::move(groups_);
  }

 private:
  struct Units {
    std::size_t group = none, part = 0;
  };
  static constexpr auto none = static_cast<std::size_t>(-1);

  SymmetryGroup& group(const Units& units) { return groups_[units.group]; }
  bool plain(const Units& units) { return units.group != none && group(units).parts.size() == 1; }

  void begin(std::int64_t units) {
    flow_ = {groups_.size(), 0};
    groups_.push_back({units, 1, {{}}});
  }
  /// The units that flow here get an axis of a parameter's `length` values, repeated `outer` times; of a
  /// flattened image a unit is a channel, with its pixels.
  void follow(int parameter, std::int64_t outer, std::int64_t length) {
    if (flow_.group == none || group(flow_).parts.empty()) return;
    const auto index = static_cast<std::size_t>(parameter);
    group(flow_).parts[flow_.part].push_back(
        {index, network_.parameters[index].offset, outer, length, length / group(flow_).units});
  }
  void fix(Units& units) {
    if (units.group != none) group(units) = {};
    units = {};
  }

  const Network& network_;
  std::vector<SymmetryGroup>
      groups_;  // without parts: units that have turned out to be fixed, or joined others
  Units flow_, branch_;
};

}  // namespace

std::vector<SymmetryGroup> symmetry_groups(const Network& network) {
  SymmetryBuilder builder(network);
  for (const auto& layer : network.layers) std::visit(builder, layer);
  return builder.take();
}

void permute(const std::vector<Axis>& axes, std::span<const std::int32_t> order, float* weights) {
  std::vector<float> old;
  for (const auto& axis : axes)
    for (std::int64_t o = 0; o < axis.outer; ++o) {
      float* to = weights + axis.offset + o * axis.stride;
      old.assign(to, to + static_cast<std::int64_t>(order.size()) * axis.inner);
      for (const auto unit : order) to = std::copy_n(old.data() + unit * axis.inner, axis.inner, to);
    }
}

double inner_product(const std::vector<Axis>& axes, std::span<const std::int32_t> order, const float* a,
                     const float* b) {
  double total = 0;
  for (const auto& axis : axes)
    for (std::int64_t o = 0; o < axis.outer; ++o) {
      const float* left = a + axis.offset + o * axis.stride;
      const float* units = b + axis.offset + o * axis.stride;
      for (const auto unit : order) {
        const float* right = units + unit * axis.inner;
        double sum = 0;
#pragma omp simd reduction(+ : sum)
        for (std::int64_t i = 0; i < axis.inner; ++i)
          sum += static_cast<double>(left[i]) * static_cast<double>(right[i]);
        total += sum;
        left += axis.inner;
      }
    }
  return total;
}

}  // namespace kindred::compare
