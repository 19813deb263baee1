#include "sweep/sampling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include "core/hash.hpp"
#include "core/random.hpp"

namespace kindred::sweep {
namespace {

// Uniform in [low, high), or in the logarithm. fma rounds once on every machine, where a product and a sum
// are contracted on some only. Libraries differ in the last bits of log and exp, by some 1e-15 of the
// result: rounded to 6 digits that shows in about one draw of a thousand million.
double between(double low, double high, bool log, RandomStream& stream) {
  const double share = stream.uniform();
  if (!log) return std::fma(share, high - low, low);
  const double from = std::log(low), to = std::log(high);
  return std::exp(std::fma(share, to - from, from));
}

double six_digits(double x) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, x, std::chars_format::scientific, 5).ptr;
  std::from_chars(digits, end, x);
  return x;
}

// Uniform in 0..most without bias; most >= 1.
std::uint64_t at_most(std::uint64_t most, RandomStream& stream) {
  const std::uint64_t mask = ~std::uint64_t{0} >> std::countl_zero(most);
  for (;;) {
    const std::uint64_t high = stream.next(), low = stream.next();
    if (const std::uint64_t x = (high << 32 | low) & mask; x <= most) return x;
  }
}

std::int64_t draw_integer(std::int64_t low, std::int64_t high, bool log, RandomStream& stream) {
  const auto first = static_cast<std::uint64_t>(low);
  if (!log)
    return static_cast<std::int64_t>(first + at_most(static_cast<std::uint64_t>(high) - first, stream));
  // Half a step beyond both ends, so that these are drawn as often as their neighbours.
  const double x =
      six_digits(between(static_cast<double>(low) - 0.5, static_cast<double>(high) + 0.5, true, stream));
  if (x >= static_cast<double>(high)) return high;
  return std::max<std::int64_t>(low, std::llround(x));
}

Value draw_range(const Range& range, RandomStream& stream) {
  if (const auto* low = std::get_if<std::int64_t>(&range.low))
    return draw_integer(*low, std::get<std::int64_t>(range.high), range.log, stream);
  const double low = std::get<double>(range.low), high = std::get<double>(range.high);
  return std::clamp(six_digits(between(low, high, range.log, stream)), low, high);
}

}  // namespace

Axis::Choice draw(const Axis& axis, std::int64_t sample_seed, std::int64_t sample) {
  const std::uint64_t key = xxh64(fmt::format("{}\nsample_seed={}\n", keys()[axis.key].name, sample_seed));
  RandomStream stream(key, Stream::sampling, static_cast<std::uint32_t>(sample));
  if (axis.range) return {draw_range(*axis.range, stream), axis.line};
  return axis.choices[stream.below(static_cast<std::uint32_t>(axis.choices.size()))];
}

}  // namespace kindred::sweep
