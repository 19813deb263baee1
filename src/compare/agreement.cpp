#include "compare/agreement.hpp"

#include <algorithm>

namespace kindred::compare {
namespace {

using Byte = unsigned char;
constexpr std::int64_t byte_classes = 256, lanes = 64;

/// x - x is 0 for what is finite and NaN for what is not.
bool all_finite(std::span<const float> values) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t k = 0; k < values.size(); ++k) sum += values[k] - values[k];
  return sum == 0;
}

/// Of up to 64 probes at once, as their logits stand too close to compare them one after another.
template <class Class>
void write_classes(const float* logits, std::int64_t classes, std::int64_t probes, Class* row) {
  float largest[lanes];
  std::int32_t found[lanes] = {};
  for (std::int64_t l = 0; l < probes; ++l) largest[l] = logits[l * classes];
  for (std::int32_t c = 1; c < classes; ++c)
#pragma omp simd
    for (std::int64_t l = 0; l < probes; ++l) {
      const float value = logits[l * classes + c];
      found[l] = value > largest[l] ? c : found[l];
      largest[l] = value > largest[l] ? value : largest[l];
    }
  for (std::int64_t l = 0; l < probes; ++l) row[l] = static_cast<Class>(found[l]);
}

template <class Class>
bool write_classes(std::span<const float> logits, std::int64_t classes, Class* row) {
  const auto probes = static_cast<std::int64_t>(logits.size()) / classes;
  for (std::int64_t first = 0; first < probes; first += lanes)
    write_classes(logits.data() + first * classes, classes, std::min(lanes, probes - first), row + first);
  return all_finite(logits);
}

std::int64_t equal_bytes(const Byte* a, const Byte* b, std::int64_t count) {
  std::int64_t equal = 0, k = 0;
  while (k + lanes <= count) {
    Byte counts[lanes] = {};
    // As many as a byte can count.
    const auto end = k + std::min<std::int64_t>(255, (count - k) / lanes) * lanes;
    for (; k < end; k += lanes)
#pragma omp simd
      for (std::int64_t l = 0; l < lanes; ++l)
        counts[l] = static_cast<Byte>(counts[l] + (a[k + l] == b[k + l]));
    std::int32_t sum = 0;
#pragma omp simd reduction(+ : sum)
    for (std::int64_t l = 0; l < lanes; ++l) sum += counts[l];
    equal += sum;
  }
  for (; k < count; ++k) equal += a[k] == b[k];
  return equal;
}

std::int64_t equal_floats(const float* a, const float* b, std::int64_t count) {
  std::int64_t equal = 0;
#pragma omp simd reduction(+ : equal)
  for (std::int64_t k = 0; k < count; ++k) equal += a[k] == b[k] ? 1 : 0;
  return equal;
}

}  // namespace

std::int64_t predicted_classes_length(std::int64_t probes, std::int64_t classes) {
  constexpr std::int64_t size = sizeof(float);
  return classes <= byte_classes ? (probes + size - 1) / size : probes;
}

bool predicted_classes(std::span<const float> logits, std::int64_t classes, float* row) {
  return classes <= byte_classes ? write_classes(logits, classes, reinterpret_cast<Byte*>(row))
                                 : write_classes(logits, classes, row);
}

void agreements(const BlockPair& pair, std::int64_t probes, std::int64_t classes, PairSums& out) {
  for (std::int64_t i = 0; i < pair.rows; ++i)
    for (std::int64_t j = pair.diagonal ? i : 0; j < pair.columns; ++j) {
      const float *a = pair.left + i * pair.stride, *b = pair.right + j * pair.stride;
      const auto equal = classes <= byte_classes ? equal_bytes(reinterpret_cast<const Byte*>(a),
                                                               reinterpret_cast<const Byte*>(b), probes)
                                                 : equal_floats(a, b, probes);
      out[static_cast<std::size_t>(i * block_runs + j)] =
          static_cast<double>(equal) / static_cast<double>(probes);
    }
}

}  // namespace kindred::compare
