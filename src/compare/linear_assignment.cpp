#include "compare/linear_assignment.hpp"

#include <algorithm>
#include <experimental/simd>
#include <limits>

namespace kindred::compare {
namespace {

namespace simd = std::experimental;

constexpr std::int64_t lanes = 16;
using Lanes = simd::fixed_size_simd<double, lanes>;

constexpr double infinity = std::numeric_limits<double>::infinity();

Lanes load(const double* from) { return Lanes(from, simd::element_aligned); }

}  // namespace

LinearAssignment::LinearAssignment(std::int64_t size)
    : size_(static_cast<std::int32_t>(size)),
      stride_((size + lanes - 1) / lanes * lanes),
      weights_(static_cast<std::size_t>(size * stride_), -infinity),
      prices_(static_cast<std::size_t>(stride_)),
      distances_(prices_),
      before_(prices_),
      columns_(static_cast<std::size_t>(size)),
      owners_(columns_) {}

void LinearAssignment::reset() { std::ranges::fill(prices_, 0.0); }

void LinearAssignment::rename(std::span<const std::int32_t> order) {
  const auto old = prices_;
  for (std::size_t j = 0; j < order.size(); ++j) prices_[j] = old[static_cast<std::size_t>(order[j])];
}

std::span<const std::int32_t> LinearAssignment::maximize(const float* weights, std::int64_t stride) {
  for (std::int32_t i = 0; i < size_; ++i)
    std::copy_n(weights + i * stride, size_, weights_.data() + i * stride_);
  std::ranges::fill(columns_, -1);
  std::ranges::fill(owners_, -1);
  free_.clear();
  for (std::int32_t i = size_ - 1; i >= 0; --i) free_.push_back(i);
  bid();
  for (const auto i : free_) augment(i);
  return columns_;
}

double LinearAssignment::value(std::int32_t i, std::int32_t j) const {
  return row(i)[j] - prices_[static_cast<std::size_t>(j)];
}

LinearAssignment::Best LinearAssignment::best(std::int32_t i) const {
  const double* weight = row(i);
  Lanes top = -infinity, next = -infinity;
  for (std::int64_t j = 0; j < stride_; j += lanes) {
    const Lanes values = load(weight + j) - load(&prices_[static_cast<std::size_t>(j)]);
    next = simd::max(next, simd::min(top, values));
    top = simd::max(top, values);
  }
  const double first = simd::hmax(top);
  auto column = simd::find_first_set(top == first);
  const auto lane = static_cast<std::size_t>(column);
  top[lane] = next[lane];
  while (value(i, column) != first) column += static_cast<std::int32_t>(lanes);
  return {first, size_ > 1 ? simd::hmax(top) : first, column};
}

/// A column without an owner that is worth `wanted` to the row, or -1.
std::int32_t LinearAssignment::free_column(std::int32_t i, double wanted) const {
  for (std::int32_t j = 0; j < size_; ++j)
    if (owners_[static_cast<std::size_t>(j)] < 0 && value(i, j) == wanted) return j;
  return -1;
}

void LinearAssignment::give(std::int32_t i, std::int32_t j) {
  owners_[static_cast<std::size_t>(j)] = i;
  columns_[static_cast<std::size_t>(i)] = j;
}

/// Rows on the stack bid for columns, the last one first. The bids are bounded, since their raises can become
/// tiny.
void LinearAssignment::bid() {
  for (std::int32_t bids = 4 * size_; !free_.empty() && bids > 0; --bids) {
    const auto i = free_.back();
    auto [first, second, column] = best(i);
    auto owner = owners_[static_cast<std::size_t>(column)];
    // Between two equal columns a row drives nobody out: he would come straight back.
    if (owner >= 0 && first == second) {
      column = free_column(i, first);
      if (column < 0) return;
      owner = -1;
    }
    prices_[static_cast<std::size_t>(column)] += first - second;
    free_.pop_back();
    if (owner >= 0) free_.push_back(owner);
    give(i, column);
  }
}

/// Edges from a row to all columns; the distance of the nearest that is not visited. A visited column is at
/// -infinity, so that no rounding leads there again.
double LinearAssignment::lengthen(std::int32_t i, double base) {
  const double* weight = row(i);
  Lanes least = infinity;
  for (std::int64_t j = 0; j < stride_; j += lanes) {
    const auto at = static_cast<std::size_t>(j);
    const Lanes candidates = base - (load(weight + j) - load(&prices_[at]));
    Lanes distances = load(&distances_[at]), before = load(&before_[at]);
    const auto closer = candidates < distances;
    where(closer, distances) = candidates;
    where(closer, before) = static_cast<double>(i);
    distances.copy_to(&distances_[at], simd::element_aligned);
    before.copy_to(&before_[at], simd::element_aligned);
    where(distances == -infinity, distances) = infinity;
    least = simd::min(least, distances);
  }
  return simd::hmin(least);
}

/// A column at this distance; a free one where there is a choice.
std::int32_t LinearAssignment::nearest(double distance) const {
  std::int32_t owned = -1;
  for (std::int32_t first = 0; first < size_; first += static_cast<std::int32_t>(lanes)) {
    if (none_of(load(&distances_[static_cast<std::size_t>(first)]) == distance)) continue;
    for (std::int32_t j = first; j < std::min(first + static_cast<std::int32_t>(lanes), size_); ++j) {
      if (distances_[static_cast<std::size_t>(j)] != distance) continue;
      if (owners_[static_cast<std::size_t>(j)] < 0) return j;
      owned = j;
    }
  }
  return owned;
}

/// Dijkstra's algorithm from a row without a column to the nearest free column. The length of an edge is what
/// the row would lose against its best (or its own) column.
void LinearAssignment::augment(std::int32_t start) {
  std::ranges::fill(distances_, infinity);
  visited_.clear();
  std::int32_t i = start, j = -1;
  double base = best(start).first, distance = 0;
  while (true) {
    distance = lengthen(i, base);
    j = nearest(distance);
    i = owners_[static_cast<std::size_t>(j)];
    if (i < 0) break;
    base = distance + value(i, j);
    visited_.emplace_back(j, distance);
    distances_[static_cast<std::size_t>(j)] = -infinity;
  }
  for (const auto& [column, shorter] : visited_)
    prices_[static_cast<std::size_t>(column)] += distance - shorter;
  while (true) {
    i = static_cast<std::int32_t>(before_[static_cast<std::size_t>(j)]);
    const auto left = columns_[static_cast<std::size_t>(i)];
    give(i, j);
    if (i == start) break;
    j = left;
  }
}

}  // namespace kindred::compare
