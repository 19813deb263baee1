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
  const float* place = nullptr;
  {
    FeatureRows first(rows, length);
    first.row(rows - 1)[length - 1] = 7;
    place = first.row(0);
  }
  {
    const FeatureRows smaller(rows - 32, length, false);
    EXPECT_EQ(smaller.row(0), place);
    const FeatureRows beside(rows, length, false);
    EXPECT_NE(beside.row(0), place) << "that is in use";
  }
  const FeatureRows cleared(rows, length);
  EXPECT_EQ(cleared.row(rows - 1)[length - 1], 0) << "zeros where they are asked for";
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
