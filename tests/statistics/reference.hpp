#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "statistics/describe.hpp"

/// Plain serial definitions of the statistics, as oracles, and inputs that are hard for the kernels.
namespace kindred::statistics::reference {

inline constexpr float infinity = std::numeric_limits<float>::infinity();
inline constexpr float nan = std::numeric_limits<float>::quiet_NaN();

template <class T>
std::vector<T> finite(const std::vector<T>& values) {
  std::vector<T> kept;
  for (const T v : values)
    if (std::isfinite(v)) kept.push_back(v);
  return kept;
}

/// Two passes in extended precision.
template <class T = float>
MomentRow moments(const std::vector<T>& values) {
  const std::vector<T> kept = finite(values);
  const auto n = static_cast<long double>(kept.size());
  const double none = std::numeric_limits<double>::quiet_NaN();
  long double sum = 0, absolute = 0, squares = 0, zeros = 0, m2 = 0, m3 = 0, m4 = 0;
  for (const long double v : kept) {
    sum += v;
    absolute += std::fabs(v);
    squares += v * v;
    zeros += v == 0;
  }
  const auto nonfinite = static_cast<double>(values.size() - kept.size());
  if (kept.empty()) return {0, none, none, none, none, none, none, 0, 0, none, none, nonfinite};
  const long double mean = sum / n;
  for (const long double v : kept) {
    const long double d = v - mean;
    m2 += d * d;
    m3 += d * d * d;
    m4 += d * d * d * d;
  }
  const auto [low, high] = std::minmax_element(kept.begin(), kept.end());
  const bool constant = *low == *high;
  const auto real = [](long double v) { return static_cast<double>(v); };
  return {real(n),
          real(mean),
          constant ? 0 : real(m2 / n),
          constant ? none : real(m3 / n / std::pow(m2 / n, 1.5L)),
          constant ? none : real(m4 / n / (m2 / n * (m2 / n)) - 3),
          *low,
          *high,
          real(absolute),
          real(std::sqrt(squares)),
          real(absolute / n),
          real(zeros / n),
          nonfinite};
}

/// Counts by binary search in the edges: what numpy.searchsorted(edges, x, side="right") - 1 counts.
template <class T>
std::vector<std::uint32_t> histogram(const std::vector<T>& values, const std::vector<double>& edges) {
  std::vector<std::uint32_t> counts(edges.size());
  for (const double v : finite(values))
    ++counts[std::upper_bound(edges.begin(), edges.end(), v) - edges.begin() - 1];
  return counts;
}

/// numpy.quantile(values, i / (count - 1)) in double, rounded to float.
template <class T>
std::vector<float> quantiles(const std::vector<T>& values, int count) {
  std::vector<T> kept = finite(values);
  std::sort(kept.begin(), kept.end());
  std::vector<float> result(count, nan);
  for (int i = 0; i < count && !kept.empty(); ++i) {
    const double position = static_cast<double>(kept.size() - 1) * (static_cast<double>(i) / (count - 1));
    const auto below = static_cast<std::size_t>(std::floor(position));
    const double a = kept[below], b = kept[std::min(below + 1, kept.size() - 1)];
    const volatile double t = position - std::floor(position);  // volatile: no fused multiply-add
    const volatile double part = t >= 0.5 ? (b - a) * (1 - t) : (b - a) * t;
    result[i] = static_cast<float>(t >= 0.5 ? b - part : a + part);
  }
  return result;
}

/// `normals` values of a normal distribution.
inline std::vector<float> normal(std::size_t count, double mean, double sd, std::uint64_t key = 1) {
  RandomStream stream(key, Stream::sampling);
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(mean + sd * stream.normal());
  return values;
}

template <class T = float>
std::vector<T> concatenate(const std::vector<std::vector<T>>& parts) {
  std::vector<T> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

template <class T>
std::vector<T> shuffled(const std::vector<T>& values, std::uint64_t key = 1) {
  RandomStream stream(key, Stream::order);
  std::vector<T> result;
  for (const auto i : random_permutation(stream, static_cast<std::uint32_t>(values.size())))
    result.push_back(values[i]);
  return result;
}

/// Inputs by name.
inline std::map<std::string, std::vector<float>> hard_inputs() {
  std::map<std::string, std::vector<float>> inputs;
  inputs["empty"] = {};
  inputs["one"] = {-0.75f};
  inputs["two"] = {3.0f, -1.0f};
  inputs["zeros of both signs"] = {0.0f, -0.0f, 0.0f, -0.0f, -0.0f};
  inputs["constant"] = std::vector<float>(40000, 0.1f);
  inputs["nothing finite"] = {nan, infinity, -infinity, nan};
  for (const std::size_t n : {15, 16, 17, 255, 256, 257, 16383, 16384, 16385, 50001})
    inputs["normal " + std::to_string(n)] = normal(n, 0.01, 0.05, n);
  inputs["large mean, small spread"] = normal(40000, 1e4, 1e-3);
  inputs["denormal"] = normal(20000, 0, 1e-41);
  inputs["huge"] = normal(20000, 0, 1e30);
  inputs["largest"] = {std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()};
  inputs["largest"].resize(20000, std::numeric_limits<float>::max());
  auto& first = inputs["first values far from the rest"] = normal(40000, 0, 1e-3);
  std::fill_n(first.begin(), 32, 1000.0f);
  auto& later = inputs["later blocks elsewhere"] = normal(60000, 0, 1);
  for (std::size_t i = 20000; i < later.size(); ++i) later[i] += 300;
  auto& mixed = inputs["some not finite"] = normal(50000, 0.2, 1);
  for (std::size_t i = 100; i < 20000; i += 97)
    mixed[i] = i % 3 == 0 ? nan : i % 3 == 1 ? infinity : -infinity;
  auto& scales = inputs["all scales"] = normal(30000, 0, 1);
  for (std::size_t i = 0; i < scales.size(); ++i)
    scales[i] = std::ldexp(scales[i], static_cast<int>(i % 250) - 148);
  return inputs;
}

inline std::vector<double> doubles(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

/// `normals` times the factor, with digits that no float has.
inline std::vector<double> fine_normals(std::size_t count, double factor) {
  std::vector<double> values = doubles(normal(count, 0.3, 1, count));
  for (std::size_t i = 0; i < count; ++i) values[i] *= factor * (1 + 1e-9 * static_cast<double>(i));
  return values;
}

/// Inputs by name: those of floats and others that no float holds.
inline std::map<std::string, std::vector<double>> hard_doubles() {
  std::map<std::string, std::vector<double>> inputs;
  for (const auto& [name, values] : hard_inputs()) inputs[name] = doubles(values);
  for (const double factor : {1e-310, 1e-160, 1e-100, 1e-30, 1.0, 1e60, 1e100, 1e154, 1e200, 1e307})
    inputs["fine normals times " + std::to_string(std::log10(factor))] = fine_normals(40000, factor);
  inputs["constant and huge"] = std::vector<double>(40000, 1e300);
  auto& one = inputs["one huge among normals"] = fine_normals(40000, 1);
  one[33000] = -1e250;
  auto& scales = inputs["all scales of double"] = fine_normals(40000, 1);
  for (std::size_t i = 0; i < scales.size(); ++i)
    scales[i] = std::ldexp(scales[i], static_cast<int>(i % 2000) - 1000);
  scales[7] = std::nan("");
  return inputs;
}

/// Counts and extremes are exact. The others are sums in double of a thousand terms a lane, of which
/// cancellation against the shift takes a factor of about 512 at most: 1e-9 of the sum of the terms' absolute
/// values is safe. By Cauchy & Schwarz mean |d|³ / σ³ is at most the root of mean d⁴ / σ⁴.
inline void expect_moments(const MomentRow& actual, const MomentRow& expected) {
  const auto near = [&](int column, double tolerance) {
    if (std::isnan(expected[column]))
      EXPECT_TRUE(std::isnan(actual[column])) << moment_names[column] << " is " << actual[column];
    else if (std::isinf(expected[column]))
      EXPECT_EQ(actual[column], expected[column]) << moment_names[column];
    else
      EXPECT_NEAR(actual[column], expected[column], tolerance) << moment_names[column];
  };
  const double fourth = expected[4] + 3;
  near(0, 0);
  near(1, 1e-12 * expected[9]);
  near(2, 1e-9 * expected[2] + std::numeric_limits<double>::denorm_min());
  near(3, 1e-9 * std::sqrt(fourth));
  near(4, 1e-9 * fourth);
  near(5, 0);
  near(6, 0);
  for (const int column : {7, 8, 9}) near(column, 1e-12 * expected[column]);
  near(10, 0);
  near(11, 0);
}

inline bool same_bits(const auto& a, const auto& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(*a.data())) == 0;
}

template <class T>
BasicSegment<T> segment(const std::vector<T>& values) {
  return {values.data(), static_cast<std::int64_t>(values.size())};
}

inline Description describe(const std::vector<std::vector<float>>& parts,
                            const DescribeOptions& options = {}) {
  std::vector<Segment> segments;
  for (const auto& part : parts) segments.push_back(segment(part));
  Description out;
  Describer(options).describe(segments, Memory::host, {}, out);
  return out;
}

inline Description describe_doubles(const std::vector<std::vector<double>>& parts,
                                    const DescribeOptions& options = {}) {
  std::vector<BasicSegment<double>> segments;
  for (const auto& part : parts) segments.push_back(segment(part));
  Description out;
  Describer(options).describe(segments, {}, out);
  return out;
}

inline MomentRow moment_row(const Description& description, std::size_t row) {
  MomentRow result;
  std::copy_n(description.moments.begin() + row * moment_count, moment_count, result.begin());
  return result;
}

template <class T>
std::vector<T> row_of(const std::vector<T>& table, std::size_t row, std::size_t columns) {
  return {table.begin() + row * columns, table.begin() + (row + 1) * columns};
}

}  // namespace kindred::statistics::reference
