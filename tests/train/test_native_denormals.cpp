#include <gtest/gtest.h>

#include <limits>

#include "train/denormals.hpp"

namespace kindred::train {
namespace {

#if defined(__SSE2__) || defined(__aarch64__)
constexpr float flushed = 0;
#else
constexpr float flushed = std::numeric_limits<float>::min() / 4;
#endif

/// Computed when it runs: what a result becomes, and what an operand counts as.
float small_result() {
  volatile float x = std::numeric_limits<float>::min();
  return x * 0.25f;
}
float small_operand() {
  volatile float x = std::numeric_limits<float>::denorm_min();
  return x * 0x1p60f;
}

TEST(DenormalsAsZero, CountAsZeroWhileItLives) {
  EXPECT_GT(small_result(), 0);
  EXPECT_GT(small_operand(), 0);
  {
    const DenormalsAsZero outer;
    {
      const DenormalsAsZero inner;
      EXPECT_EQ(small_result(), flushed);
    }
    EXPECT_EQ(small_result(), flushed) << "as it was before the inner one";
    EXPECT_EQ(small_operand() > 0, flushed > 0);
  }
  EXPECT_GT(small_result(), 0);
  EXPECT_GT(small_operand(), 0);
}

}  // namespace
}  // namespace kindred::train
