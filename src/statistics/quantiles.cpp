#include "statistics/quantiles.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "core/error.hpp"

namespace kindred::statistics {
namespace {

constexpr std::size_t interval_count = 8192, tallies = 2, tile = 256;
constexpr std::size_t few = 4096;  ///< sorting so many is quicker than going through the intervals

/// Calls visit(values, intervals, count) for one tile of the values after another. The interval of a value
/// never decreases with the value, whatever is rounded: the order of intervals is the order of values. The
/// first and the last one hold all beyond as well.
template <class T, class Visit>
void each_interval(std::span<const T> values, T low, T scale, const Visit& visit) {
  constexpr T end = interval_count - 1;
  std::int32_t interval[tile];
  for (std::size_t first = 0; first < values.size(); first += tile) {
    const T* data = values.data() + first;
    const std::size_t count = std::min(tile, values.size() - first);
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
      T place = (data[i] - low) * scale;
      place = place > 0 ? place : 0;
      place = place < end ? place : end;
      interval[i] = static_cast<std::int32_t>(place);
    }
    visit(data, interval, count);
  }
}

/// Where most of `count` values lie, so that outliers do not widen the intervals: a sample's range without
/// its outermost values, and half as much again on both sides. Empty where most are equal.
template <class T>
std::pair<T, T> usual_range(std::span<const std::span<const T>> parts, std::size_t count) {
  constexpr std::size_t size = 256, outermost = 8;
  std::array<T, size> sample;
  auto part = parts.begin();
  std::size_t before = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::size_t place = i * count / size;
    while (place - before >= part->size()) before += part++->size();
    sample[i] = (*part)[place - before];
  }
  const auto low = sample.begin() + outermost, high = sample.end() - 1 - outermost;
  std::nth_element(sample.begin(), low, sample.end());
  std::nth_element(low + 1, high, sample.end());
  const T half = *high / 2 - *low / 2;
  return {*low - half, *high + half};
}

}  // namespace

template <class T>
void Quantiles<T>::sort_kept(std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) kept_[i] = key_of(std::bit_cast<T>(kept_[i]));
  if (scratch_.size() < size) scratch_.resize(size);
  radix_sort(std::span(kept_).first(size), scratch_.data());
}

template <class T>
void Quantiles<T>::keep_all(std::span<const Values> parts, std::size_t count) {
  if (kept_.size() < count) kept_.resize(count);
  KeyOf<T>* next = kept_.data();
  for (const Values& part : parts)
    for (const T value : part) *next++ = std::bit_cast<KeyOf<T>>(value);
  runs_.assign(1, {0, 0});
  sort_kept(count);
}

template <class T>
void Quantiles<T>::keep_needed(std::span<const Values> parts, T low, T scale) {
  counts_.assign(tallies * interval_count, 0);
  std::uint32_t* const counts = counts_.data();
  for (const Values& part : parts)
    each_interval<T>(part, low, scale, [&](const T*, const std::int32_t* interval, std::size_t count) {
      std::size_t i = 0;
      for (; i + tallies <= count; i += tallies)
        for (std::size_t t = 0; t < tallies; ++t) ++counts[t * interval_count + interval[i + t]];
      for (; i < count; ++i) ++counts[interval[i]];
    });

  needed_.assign(interval_count, 0);
  runs_.clear();
  std::size_t size = 0, rank = 0, p = 0;
  for (std::size_t k = 0; k < interval_count && p < ranks_.size(); ++k) {
    std::uint32_t count = counts[k];
    for (std::size_t t = 1; t < tallies; ++t) count += counts[t * interval_count + k];
    while (p < ranks_.size() && ranks_[p] + 1 < rank) ++p;  // an order statistic or the one above it
    if (count > 0 && p < ranks_.size() && ranks_[p] < rank + count) {
      needed_[k] = 1;
      runs_.push_back({rank, size});
      size += count;
    }
    rank += count;
  }

  // Without branches: which values are kept is as good as random. One place more takes the last that is not.
  if (kept_.size() < size + 1) kept_.resize(size + 1);
  KeyOf<T>* next = kept_.data();
  for (const Values& part : parts)
    each_interval<T>(part, low, scale, [&](const T* values, const std::int32_t* interval, std::size_t count) {
      KeyOf<T>* end = next;
      for (std::size_t i = 0; i < count; ++i) {
        *end = std::bit_cast<KeyOf<T>>(values[i]);
        end += needed_[interval[i]];
      }
      next = end;
    });
  sort_kept(size);
}

template <class T>
void Quantiles<T>::compute_row(std::span<const Values> parts, const Moments& moments, std::span<float> out) {
  if (moments.count == 0) {
    std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
    return;
  }
  const std::size_t last = static_cast<std::size_t>(moments.count) - 1;
  ranks_.clear();
  for (const double p : probabilities_)
    ranks_.push_back(std::min(static_cast<std::size_t>(static_cast<double>(last) * p), last));

  T low = static_cast<T>(moments.minimum), high = static_cast<T>(moments.maximum);
  if (last >= few) {
    const auto [usual_low, usual_high] = usual_range<T>(parts, last + 1);
    if (usual_low < usual_high) {
      low = std::max(low, usual_low);
      high = std::min(high, usual_high);
    }
  }
  const T scale = static_cast<T>(interval_count - 1) / (high - low);
  if (last < few || !std::isnormal(scale))  // values all equal, or too far or too little apart
    keep_all(parts, last + 1);
  else
    keep_needed(parts, low, scale);

  std::size_t run = 0;
  const auto value = [&](std::size_t rank) {
    while (run + 1 < runs_.size() && runs_[run + 1].rank <= rank) ++run;
    while (runs_[run].rank > rank) --run;
    return static_cast<double>(value_of(kept_[runs_[run].place + rank - runs_[run].rank]));
  };
  for (std::size_t p = 0; p < out.size(); ++p) {
    const double a = value(ranks_[p]), b = value(std::min(ranks_[p] + 1, last));
    const double t = static_cast<double>(last) * probabilities_[p] - static_cast<double>(ranks_[p]);
    const double apart = b - a;
    if (!std::isfinite(apart))
      out[p] = static_cast<float>(a * (1 - t) + b * t);
    else  // numpy's form: from the nearer end, so that the result is monotonic in t
      out[p] = static_cast<float>(t >= 0.5 ? b - apart * (1 - t) : a + apart * t);
  }
}

template <class T>
auto Quantiles<T>::finite_values(std::span<const BasicSegment<T>> segments, std::span<const Moments> rows)
    -> std::vector<Values> {
  std::size_t copied = 0;
  for (std::size_t s = 0; s < segments.size(); ++s)
    if (rows[s].nonfinite > 0) copied += static_cast<std::size_t>(rows[s].count);
  if (finite_.size() < copied) finite_.resize(copied);
  std::vector<Values> values;
  T* next = finite_.data();
  for (std::size_t s = 0; s < segments.size(); ++s) {
    values.emplace_back(segments[s].data, static_cast<std::size_t>(segments[s].size));
    if (rows[s].nonfinite == 0) continue;
    T* const first = next;
    next = std::copy_if(values.back().begin(), values.back().end(), next,
                        [](T value) { return std::isfinite(value); });
    values.back() = {first, next};
  }
  return values;
}

template <class T>
void Quantiles<T>::compute(std::span<const BasicSegment<T>> segments, std::span<const Moments> rows,
                           std::span<float> out) {
  KINDRED_EXPECT(rows.size() == segments.size() + 1);
  KINDRED_EXPECT(rows.back().count <= std::numeric_limits<std::uint32_t>::max());
  const std::vector<Values> values = finite_values(segments, rows);
  const std::size_t columns = probabilities_.size();
  for (std::size_t s = 0; s < values.size(); ++s)
    compute_row(std::span(values).subspan(s, 1), rows[s], out.subspan(s * columns, columns));
  compute_row(values, rows.back(), out.subspan(values.size() * columns, columns));
}

template class Quantiles<float>;
template class Quantiles<double>;

}  // namespace kindred::statistics
