#include "network/sizes.hpp"

namespace kindred::network {

std::int64_t checked_product(const std::vector<std::int64_t>& sizes) {
  std::int64_t product = 1;
  for (const auto size : sizes)
    if (__builtin_mul_overflow(product, size, &product) || product > most_values) return -1;
  return product;
}

}  // namespace kindred::network
