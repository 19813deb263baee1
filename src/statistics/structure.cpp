#include "statistics/structure.hpp"

#include <numeric>

namespace kindred::statistics {

std::int64_t Structure::nodes() const {
  return std::accumulate(layers.begin(), layers.end(), std::int64_t{0});
}

std::int64_t Structure::singular_values() const {
  std::int64_t count = 0;
  for (const auto& matrix : matrices) count += matrix.rank();
  return count;
}

}  // namespace kindred::statistics
