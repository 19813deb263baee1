#include <gtest/gtest.h>

#include <array>

#include "core/hash.hpp"

namespace kindred {
namespace {

TEST(Xxh64, KnowsThePublishedValues) {
  EXPECT_EQ(xxh64(""), 0xEF46DB3751D8E999u);
  EXPECT_EQ(xxh64("a"), 0xD24EC4F1A98C6E5Bu);
  EXPECT_EQ(xxh64("abc"), 0x44BC2CF5AD770999u);
}

TEST(Xxh64, ConcatenatesItsUpdates) {
  Xxh64 hash;
  hash.update(std::span<const char>("ab", 2));
  hash.update(std::span<const char>{});
  hash.update(std::span<const char>("c", 1));
  EXPECT_EQ(hash.digest(), xxh64("abc"));
}

}  // namespace
}  // namespace kindred
