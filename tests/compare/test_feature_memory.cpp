#include <gtest/gtest.h>

#include <cstdint>
#include <utility>

#include "compare/block.hpp"

namespace kindred::compare {
namespace {

constexpr std::int64_t length = 16384;  // floats: 64 KiB a row
constexpr std::int64_t rows = 512;      // 32 MiB, which counts as large

TEST(FeatureMemory, IsAligned) {
  for (const std::int64_t count : {1, 3, 200, 600}) {
    const FeatureRows made(count, 100);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(made.row(0)) % 64, 0u);
    EXPECT_EQ(made.row(count - 1)[99], 0);
  }
}

TEST(FeatureMemory, LargeIsKeptForTheNextOfAboutTheSize) {
  FeatureMemory::release();
  const float* place = nullptr;
  {
    FeatureRows first(rows, length);
    first.row(0)[0] = 7;
    place = first.row(0);
  }
  EXPECT_EQ(FeatureMemory::kept(), FeatureRows::bytes(rows, length));
  {
    const FeatureRows smaller(rows - 32, length, false);
    EXPECT_EQ(smaller.row(0), place);
    EXPECT_EQ(smaller.row(0)[0], 7);
    EXPECT_EQ(FeatureMemory::kept(), 0u);
  }
  const FeatureRows cleared(rows, length);
  ASSERT_EQ(cleared.row(0), place);
  EXPECT_EQ(cleared.row(0)[0], 0) << "zeros where they are asked for";
}

TEST(FeatureMemory, NoMoreIsKeptThanTwoSidesTake) {
  const auto bytes = FeatureRows::bytes(rows, length);
  {
    const FeatureRows first(rows, length), second(rows, length), third(rows, length);
    EXPECT_NE(first.row(0), second.row(0));
    EXPECT_NE(second.row(0), third.row(0));
  }
  EXPECT_EQ(FeatureMemory::kept(), 2 * bytes);
  {
    const FeatureRows half(rows / 2, length);
    EXPECT_EQ(FeatureMemory::kept(), 0u) << "what does not fit is given back first";
  }
  EXPECT_EQ(FeatureMemory::kept(), bytes / 2);
  { const FeatureRows small(2, 100); }
  EXPECT_EQ(FeatureMemory::kept(), bytes / 2);
  FeatureMemory::release();
  EXPECT_EQ(FeatureMemory::kept(), 0u);
}

TEST(FeatureMemory, MovesWithItsRows) {
  FeatureRows first(rows, length);
  const float* const place = first.row(0);
  first.row(3)[4] = 5;
  const FeatureRows second = std::move(first);
  EXPECT_EQ(second.row(0), place);
  EXPECT_EQ(second.row(3)[4], 5);
}

}  // namespace
}  // namespace kindred::compare
