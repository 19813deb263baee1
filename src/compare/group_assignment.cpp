#include "compare/group_assignment.hpp"

#include <algorithm>

namespace kindred::compare {
namespace {

double worth(const float* scores, std::int64_t stride, std::span<const std::int32_t> order) {
  double sum = 0;
  for (const auto unit : order) {
    sum += static_cast<double>(scores[unit]);
    scores += stride;
  }
  return sum;
}

double trace(const float* scores, std::int64_t size) {
  double sum = 0;
  for (std::int64_t i = 0; i < size; ++i) sum += static_cast<double>(scores[i * (size + 1)]);
  return sum;
}

}  // namespace

GroupAssignment::GroupAssignment(std::int64_t units, std::int64_t heads, std::size_t parts)
    : units_(units),
      heads_(heads),
      inside_(units / heads),
      among_(heads),
      orders_(parts, Order(static_cast<std::size_t>(units))),
      insides_(heads > 1 ? parts * static_cast<std::size_t>(heads * heads) : 0),
      worths_(static_cast<std::size_t>(heads * heads)) {}

void GroupAssignment::reset() { inside_.reset(); }

void GroupAssignment::accept() {
  if (heads_ == 1 && orders_.size() == 1) inside_.rename(orders_[0]);
}

double GroupAssignment::assign(std::span<const float* const> scores) {
  if (heads_ > 1) {
    assign_heads(scores);
  } else {
    for (std::size_t p = 0; p < scores.size(); ++p) {
      if (scores.size() > 1) inside_.reset();  // the prices are another part's
      std::ranges::copy(inside_.maximize(scores[p], units_), orders_[p].begin());
    }
  }
  double gain = 0;
  for (std::size_t p = 0; p < scores.size(); ++p)
    gain += worth(scores[p], units_, orders_[p]) - trace(scores[p], units_);
  return gain;
}

/// Any order inside the heads goes with any order of them, so a pair of heads is worth its best assignments
/// inside.
void GroupAssignment::assign_heads(std::span<const float* const> scores) {
  const auto size = units_ / heads_;
  const auto inside = [&](std::size_t part, std::int64_t i, std::int64_t j) -> Order& {
    return insides_[part * static_cast<std::size_t>(heads_ * heads_) +
                    static_cast<std::size_t>(i * heads_ + j)];
  };
  for (std::int64_t i = 0; i < heads_; ++i)
    for (std::int64_t j = 0; j < heads_; ++j) {
      double sum = 0;
      for (std::size_t p = 0; p < scores.size(); ++p) {
        const float* block = scores[p] + (i * units_ + j) * size;
        inside_.reset();
        const auto order = inside_.maximize(block, units_);
        inside(p, i, j).assign(order.begin(), order.end());
        sum += worth(block, units_, order);
      }
      worths_[static_cast<std::size_t>(i * heads_ + j)] = static_cast<float>(sum);
    }
  among_.reset();
  const auto heads = among_.maximize(worths_.data(), heads_);
  for (std::size_t p = 0; p < scores.size(); ++p) {
    auto unit = orders_[p].begin();
    for (std::int64_t i = 0; i < heads_; ++i) {
      const auto head = heads[static_cast<std::size_t>(i)];
      for (const auto j : inside(p, i, head)) *unit++ = static_cast<std::int32_t>(head * size) + j;
    }
  }
}

}  // namespace kindred::compare
