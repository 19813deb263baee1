#include <gtest/gtest.h>

#include "native_values.hpp"
#include "train/native/rows.hpp"

namespace kindred::train::native {
namespace {

TEST(AddRows, AddsOneRowAfterAnother) {
  for (const std::int64_t rows : {0, 1, 2, 19, 200})
    for (const std::int64_t columns : {1, 15, 16, 17, 70}) {
      const std::int64_t stride = columns + 4;
      const auto x = random_values(rows * stride, 9);
      auto sums = random_values(columns + 16, 10), expected = sums;
      for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t j = 0; j < columns; ++j) expected[j] += x.data()[i * stride + j];
      add_rows(x.data(), rows, columns, sums, stride);
      for (std::int64_t j = 0; j < columns + 16; ++j)
        EXPECT_EQ(sums[j], expected[j]) << rows << " x " << columns << ", " << j;
    }
}

TEST(Transpose, TurnsRowsIntoColumnsAndLeavesGapsAlone) {
  for (const std::int64_t rows : {1, 2, 15, 16, 17, 40})
    for (const std::int64_t columns : {1, 3, 16, 33})
      for (const std::int64_t gap : {0, 5}) {
        const std::int64_t x_row = columns + gap, out_row = rows + 2 * gap;
        const auto x = random_values(rows * x_row, 11);
        auto out = guarded(columns * out_row + 16);
        transpose(x.data(), x_row, rows, columns, out, out_row);
        for (std::int64_t j = 0; j <= columns; ++j)
          for (std::int64_t i = 0; i < (j < columns ? out_row : 16); ++i)
            ASSERT_EQ(out[j * out_row + i], j < columns && i < rows ? x.data()[i * x_row + j] : guard)
                << rows << " x " << columns << ", gap " << gap;
      }
}

}  // namespace
}  // namespace kindred::train::native
