#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "native_values.hpp"
#include "train/native/product.hpp"

namespace kindred::train::native {
namespace {

#if defined(__FMA__) || defined(__aarch64__)
constexpr bool fused = true;
#else
constexpr bool fused = false;
#endif
// A compiler fuses what it optimises and finds in one piece, so not what a sanitizer has put checks between.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
constexpr bool exact = true;
#else
constexpr bool exact = !fused;
#endif

struct Element {
  float sum;     ///< in the order of the depth, rounded as often as the build's instructions do
  double bound;  ///< of its error where it is not known what is fused: two roundings for each term
};

Element element(const Product& p, std::int64_t i, std::int64_t j) {
  float sum = p.start ? p.start[i * p.start_row + j] : 0.0f;
  double size = std::abs(static_cast<double>(sum));
  for (std::int64_t run = 0; run < p.runs; ++run)
    for (std::int64_t k = 0; k < p.depth; ++k) {
      const float a = p.a[i * p.a_row + run * p.a_run + k * p.a_step],
                  b = p.b[run * p.b_run + k * p.b_step + j];
      sum = fused ? std::fma(a, b, sum) : a * b + sum;
      size += std::abs(static_cast<double>(a) * static_cast<double>(b));
    }
  return {sum, 0x1p-23 * static_cast<double>(p.runs * p.depth) * size};
}

/// Whether they are the same bits or both not a number, or, where bits are not defined, close.
bool same(float x, const Element& expected) {
  if (std::isnan(x) || std::isnan(expected.sum)) return std::isnan(x) && std::isnan(expected.sum);
  if (std::bit_cast<std::uint32_t>(x) == std::bit_cast<std::uint32_t>(expected.sum)) return true;
  return !exact && std::abs(static_cast<double>(x) - static_cast<double>(expected.sum)) <= expected.bound;
}

enum class Start { none, row, own_rows };

class Products : public testing::TestWithParam<Start> {
 protected:
  static constexpr std::int64_t most_columns = 70, behind = 32;

  /// Multiplies into a C of its own, and compares every bit of it, of what lies between its rows and behind.
  testing::AssertionResult gives_the_serial_sums(Product p) {
    const std::int64_t size = p.rows * p.c_row + behind;
    c_ = guarded(size);
    p.c = c_;
    if (GetParam() == Start::row) p.start = bias_;
    if (GetParam() == Start::own_rows) p.start = c_, p.start_row = p.c_row;
    std::vector<Element> expected(static_cast<std::size_t>(size), {guard, 0});
    for (std::int64_t i = 0; i < p.rows; ++i)
      for (std::int64_t j = 0; j < p.columns; ++j)
        expected[static_cast<std::size_t>(i * p.c_row + j)] = element(p, i, j);
    multiply(p);
    for (std::int64_t at = 0; at < size; ++at)
      if (const auto& [sum, bound] = expected[static_cast<std::size_t>(at)]; !same(c_[at], {sum, bound}))
        return testing::AssertionFailure()
               << p.rows << " x " << p.columns << ", depth " << p.depth << " x " << p.runs << ": row "
               << at / p.c_row << ", column " << at % p.c_row << ": " << c_[at] << ", not " << sum;
    return testing::AssertionSuccess();
  }
  /// A [rows, depth] of rows one behind another, B [depth, columns] and C with `gap` values between rows.
  Product product(std::int64_t rows, std::int64_t columns, std::int64_t depth, std::int64_t gap = 0) {
    return {.rows = rows,
            .columns = columns,
            .depth = depth,
            .a = a_,
            .a_row = depth,
            .a_step = 1,
            .b = b_,
            .b_step = columns + gap,
            .c = nullptr,
            .c_row = columns + gap};
  }

  Buffer a_ = random_values(20 * 1000, 1), b_ = random_values(1000 * most_columns, 2);
  Buffer bias_ = random_values(most_columns, 3), c_;
};

// Every shape of a tile, whole vectors and parts of them; A as it is and transposed.
TEST_P(Products, AreTheSerialSumsBitForBit) {
  for (std::int64_t rows = 1; rows <= 20; ++rows)
    for (std::int64_t columns = 1; columns <= most_columns; ++columns)
      for (const std::int64_t depth : {0, 1, 2, 17}) {
        auto p = product(rows, columns, depth, 3);
        ASSERT_TRUE(gives_the_serial_sums(p));
        p.a_row = 1, p.a_step = rows;
        ASSERT_TRUE(gives_the_serial_sums(p)) << "A transposed";
      }
}

TEST_P(Products, OfManyTermsAreTheyTooHoweverTheseAreCut) {
  for (const std::int64_t rows : {1, 5, 20})
    for (const std::int64_t columns : {1, 17, 70})
      for (const std::int64_t depth : {127, 128, 129, 256, 1000})
        ASSERT_TRUE(gives_the_serial_sums(product(rows, columns, depth)));
}

// As a convolution's: the runs of A overlap, those of B lie apart.
TEST_P(Products, MayJumpBetweenRuns) {
  for (const std::int64_t runs : {0, 1, 2, 5})
    for (const std::int64_t rows : {1, 7, 28})
      for (const std::int64_t columns : {1, 16, 33, 64})
        for (const std::int64_t depth : {6, 150}) {
          auto p = product(rows, columns, depth);
          p.a_row = 3, p.a_step = 2;
          p.runs = runs;
          p.a_run = 90;
          p.b_run = depth * columns + 5;
          ASSERT_TRUE(gives_the_serial_sums(p));
        }
}

// Zero times infinity is NaN, and only where they meet.
TEST_P(Products, InfinityAndNaNPass) {
  constexpr std::int64_t columns = 21, depth = 5;
  a_[2 * depth + 1] = std::numeric_limits<float>::quiet_NaN();
  a_[4 * depth + 3] = std::numeric_limits<float>::infinity();
  b_[3 * columns + 20] = 0;
  ASSERT_TRUE(gives_the_serial_sums(product(9, columns, depth)));
  EXPECT_TRUE(std::isnan(c_[2 * columns])) << "NaN";
  EXPECT_TRUE(std::isinf(c_[4 * columns])) << "infinity times a number";
  EXPECT_TRUE(std::isnan(c_[4 * columns + 20])) << "infinity times 0";
  EXPECT_TRUE(std::isfinite(c_[3 * columns])) << "another row";
}

INSTANTIATE_TEST_SUITE_P(Starts, Products, testing::Values(Start::none, Start::row, Start::own_rows),
                         [](const auto& instance) {
                           return instance.param == Start::none  ? "none"
                                  : instance.param == Start::row ? "row"
                                                                 : "own_rows";
                         });

}  // namespace
}  // namespace kindred::train::native
