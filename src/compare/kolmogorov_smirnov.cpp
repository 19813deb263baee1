#include "compare/kolmogorov_smirnov.hpp"

#include <algorithm>
#include <array>
#include <experimental/simd>

namespace kindred::compare {
namespace {

constexpr int lanes = 16;
using Floats = std::experimental::fixed_size_simd<float, lanes>;
using Integers = std::experimental::fixed_size_simd<std::int32_t, lanes>;

Floats load(const float* from) { return {from, std::experimental::element_aligned}; }

// i / n_a - j / n_b as a whole number: of what there is 1 / n for equal sizes, otherwise of 1 / (n_a n_b).
struct EqualSizes {
  using Value = std::int32_t;
  std::int64_t size;
  Value operator()(std::int32_t i, std::int32_t j) const { return i - j; }
  EqualSizes swapped() const { return *this; }
  std::int64_t one() const { return size; }
};
struct AnySizes {
  using Value = std::int64_t;
  std::int64_t size_a, size_b;
  Value operator()(std::int32_t i, std::int32_t j) const { return i * size_b - j * size_a; }
  AnySizes swapped() const { return {size_b, size_a}; }
  std::int64_t one() const { return size_a * size_b; }
};

struct Values {
  const float* sorted;
  std::int32_t size;
  const std::int32_t* below;
  /// Whether the places `i` up to `end` hold nothing but `value`.
  bool all_are(float value, std::int32_t i, std::int32_t end) const {
    return sorted[i] == value && sorted[end - 1] == value;
  }
};

/// The larger of `best` and of the differences at the values of a with places `i` up to `end_i`, where those
/// of b with places `j` up to `end_j` are the ones in between. At a value of which there are several, the
/// difference after the last one is the largest, so ties need no care.
template <class Difference>
typename Difference::Value largest_in_cell(const Values& a, std::int32_t i, std::int32_t end_i,
                                           const Values& b, std::int32_t j, std::int32_t end_j,
                                           const Difference& difference, typename Difference::Value best) {
  for (; i < end_i && difference(end_i, j) > best; i += lanes) {
    const std::int32_t last = std::min(i + lanes, end_i);
    const float top = a.sorted[last - 1];
    Floats values = top;
    if (i + lanes <= a.size)
      values = load(a.sorted + i);  // those behind the cell count as `top`, as only b's up to it are counted
    else
      for (int lane = 0; lane < last - i; ++lane) values[lane] = a.sorted[i + lane];
    const std::int32_t first = j;
    Integers counted = 0;
    for (; j < end_j && b.sorted[j] <= top; ++j)
      where(Integers::mask_type(Floats(b.sorted[j]) <= values), counted) += 1;
    std::array<std::int32_t, lanes> count;
    counted.copy_to(count.data(), std::experimental::element_aligned);
#pragma omp simd reduction(max : best)
    for (int lane = 0; lane < lanes; ++lane) {
      const std::int32_t rank = i + lane + 1 < last ? i + lane + 1 : last;
      const auto value = difference(rank, first + count[static_cast<std::size_t>(lane)]);
      best = value > best ? value : best;
    }
  }
  return best;
}

template <class Difference>
double statistic(const Values& a, const Values& b, std::int64_t points, const Difference& difference) {
  using Value = typename Difference::Value;
  constexpr std::int64_t block = 64;  // cells
  const auto swapped = difference.swapped();
  const std::int64_t cells = points - 1;
  std::vector<Value> bounds(static_cast<std::size_t>((cells + block - 1) / block));
  // At the points the differences are known; between two of them, at most all of a's values come first, or
  // b's.
  Value best = 0;
  for (std::size_t k = 0; k < bounds.size(); ++k) {
    const std::int64_t first = static_cast<std::int64_t>(k) * block, last = std::min(first + block, cells);
    Value bound = 0;
#pragma omp simd reduction(max : bound, best)
    for (std::int64_t cell = first; cell < last; ++cell) {
      const std::int32_t a0 = a.below[cell], a1 = a.below[cell + 1];
      const std::int32_t b0 = b.below[cell], b1 = b.below[cell + 1];
      const Value here = difference(a1, b1), up = difference(a1, b0), down = swapped(b1, a0);
      const Value size = here < 0 ? -here : here, farther = up > down ? up : down;
      best = size > best ? size : best;
      bound = farther > bound ? farther : bound;
    }
    bounds[k] = bound;
  }
  for (std::size_t k = 0; k < bounds.size(); ++k) {
    if (bounds[k] <= best) continue;
    const std::int64_t first = static_cast<std::int64_t>(k) * block, last = std::min(first + block, cells);
    for (std::int64_t cell = first; cell < last; ++cell) {
      const std::int32_t a0 = a.below[cell], a1 = a.below[cell + 1];
      const std::int32_t b0 = b.below[cell], b1 = b.below[cell + 1];
      const bool above = difference(a1, b0) > best, beneath = swapped(b1, a0) > best;
      if (!above && !beneath) continue;  // always so where only one of the runs has values
      if (const float value = a.sorted[a0]; a.all_are(value, a0, a1) && b.all_are(value, b0, b1)) continue;
      if (above) best = largest_in_cell(a, a0, a1, b, b0, b1, difference, best);
      if (beneath) best = largest_in_cell(b, b0, b1, a, a0, a1, swapped, best);
    }
  }
  return static_cast<double>(best) / static_cast<double>(difference.one());
}

}  // namespace

double kolmogorov_smirnov(std::span<const float> a, const std::int32_t* below_a, std::span<const float> b,
                          const std::int32_t* below_b, std::int64_t points) {
  const Values left{a.data(), static_cast<std::int32_t>(a.size()), below_a};
  const Values right{b.data(), static_cast<std::int32_t>(b.size()), below_b};
  if (left.size == right.size) return statistic(left, right, points, EqualSizes{left.size});
  return statistic(left, right, points, AnySizes{left.size, right.size});
}

}  // namespace kindred::compare
