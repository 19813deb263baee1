#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "compare/feature_memory.hpp"

namespace kindred::compare {

/// Runs per block. Every pair is computed inside a product of two whole blocks (the edge padded with zeros),
/// so its bits depend neither on the ranks nor on the memory.
inline constexpr std::int64_t block_runs = 64;
constexpr std::int64_t blocks_of(std::int64_t runs) { return (runs + block_runs - 1) / block_runs; }
using PairSums = std::array<double, block_runs * block_runs>;  ///< [run of a, run of b]

/// Rows of floats, padded to 64 bytes, 64-byte aligned.
class FeatureRows {
 public:
  /// Zeros, or with values that the caller has yet to write.
  FeatureRows(std::int64_t rows, std::int64_t length, bool zeros = true)
      : rows_(rows), stride_(padded_length(length)), values_(bytes(rows, length)) {
    if (zeros) clear();
  }
  void clear() { std::fill_n(values_.get(), rows_ * stride_, 0.0f); }
  static std::int64_t padded_length(std::int64_t length) { return (length + 15) / 16 * 16; }
  /// What kernels read beyond the last row: groups of 4.
  static std::int64_t padded_rows(std::int64_t rows) { return (rows + 3) / 4 * 4; }
  static std::size_t bytes(std::int64_t rows, std::int64_t length) {
    return static_cast<std::size_t>(rows * padded_length(length)) * sizeof(float);
  }
  float* row(std::int64_t index) { return values_.get() + index * stride_; }
  const float* row(std::int64_t index) const { return values_.get() + index * stride_; }
  std::int64_t rows() const { return rows_; }
  std::int64_t stride() const { return stride_; }

 private:
  std::int64_t rows_, stride_;
  FeatureMemory values_;
};

/// How many right blocks are compared together: their left blocks are then read, or sent to a device, as
/// much less often. Of a device, which holds 16 MiB of each.
inline constexpr std::int64_t right_blocks = 8, device_right_blocks = 64;

/// Two blocks of runs whose features are compared pair by pair.
struct BlockPair {
  const float *left = nullptr,
              *right = nullptr;  ///< [rows or columns, stride], readable up to a multiple of 4 rows
  std::int64_t stride = 0;
  std::int64_t rows = 0, columns = 0;  ///< runs; at most block_runs
  bool diagonal = false;               ///< both are the same block: values are wanted for row <= column
};

/// Σ wᵢ|aᵢ - bᵢ| of every pair over the first `length` elements; widths: [length], or none for 1. fp32 within
/// chunks of 2,048 elements, fp64 across. A Kokkos kernel. Independent.
void absolute_differences(const BlockPair& pair, std::int64_t length, const float* widths, PairSums& out);

}  // namespace kindred::compare
