#include "statistics/singular_values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/error.hpp"

namespace kindred::statistics {
namespace {

/// The largest absolute value, or NaN or infinity if there is one: without their signs, the bits of
/// floating-point numbers are ordered as the numbers are, and the non-finite come last.
template <class T>
T largest_of(const T* values, std::int64_t count) {
  using Bits = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;
  constexpr Bits no_sign = std::numeric_limits<Bits>::max() >> 1;
  Bits largest = 0;
  for (std::int64_t i = 0; i < count; ++i)
    largest = std::max(largest, std::bit_cast<Bits>(values[i]) & no_sign);
  return std::bit_cast<T>(largest);
}

}  // namespace

template <class T>
void SingularValues::compute(const T* matrix, std::int64_t rows, std::int64_t columns,
                             std::span<double> out) {
  const std::int64_t size = std::min(rows, columns);
  KINDRED_EXPECT(rows >= 0 && columns >= 0 && static_cast<std::int64_t>(out.size()) == size);
  if (size == 0) return;
  const double largest = largest_of(matrix, rows * columns);
  if (!std::isfinite(largest) || largest == 0) {
    std::fill(out.begin(), out.end(), largest - largest);
    return;
  }
  // A power of two, so that squares of the largest elements neither overflow nor vanish.
  const double scale = std::ldexp(1.0, std::clamp(-std::ilogb(largest), -1022, 1022));
  double* product = product_.reserve(padded(size) * padded(size));
  gram_.compute(matrix, rows, columns, scale, product);
  const bool converged = eigenvalues_.compute(product, out);
  std::reverse(out.begin(), out.end());
  for (double& value : out)
    value = converged ? std::sqrt(std::max(value, 0.0)) / scale : std::numeric_limits<double>::quiet_NaN();
}

template void SingularValues::compute(const float*, std::int64_t, std::int64_t, std::span<double>);
template void SingularValues::compute(const double*, std::int64_t, std::int64_t, std::span<double>);

}  // namespace kindred::statistics
