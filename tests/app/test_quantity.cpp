#include <gtest/gtest.h>

#include "app/quantity.hpp"
#include "core/error.hpp"

namespace kindred::app {
namespace {

TEST(ParseDuration, TakesUnitsAndTheirSums) {
  EXPECT_EQ(parse_duration("--x", "90").count(), 90);
  EXPECT_EQ(parse_duration("--x", "90s").count(), 90);
  EXPECT_EQ(parse_duration("--x", "3h50m").count(), 3 * 3600 + 50 * 60);
  EXPECT_EQ(parse_duration("--x", "1d12h").count(), 36 * 3600);
  EXPECT_EQ(parse_duration("--x", "1.5h").count(), 5400);
}

TEST(ParseDuration, RefusesTheRest) {
  for (const char* text : {"", "abc", "3x", "h", "-5s", "0", "1e300h", "3h 50m", "nan"})
    EXPECT_THROW(parse_duration("--x", text), Error) << text;
}

TEST(ParseBytes, UnitsArePowersOf1024) {
  EXPECT_EQ(parse_bytes("--x", "1"), 1u);
  EXPECT_EQ(parse_bytes("--x", "5B"), 5u);
  EXPECT_EQ(parse_bytes("--x", "4K"), 4096u);
  EXPECT_EQ(parse_bytes("--x", "1.5MiB"), 1572864u);
  EXPECT_EQ(parse_bytes("--x", "2GB"), std::size_t{2} << 30);
}

TEST(ParseBytes, RefusesTheRest) {
  for (const char* text : {"", "G", "-1", "0", "5X", "5GG", "1e30", "inf"})
    EXPECT_THROW(parse_bytes("--x", text), Error) << text;
}

TEST(ParseCount, WholeNumbersFromOne) {
  EXPECT_EQ(parse_count("--x", "12"), 12);
  for (const char* text : {"", "0", "-1", "1.5", "two", "99999999999999999999"})
    EXPECT_THROW(parse_count("--x", text), Error) << text;
}

}  // namespace
}  // namespace kindred::app
