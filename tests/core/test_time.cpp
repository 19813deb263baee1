#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/time.hpp"

namespace kindred {
namespace {

TEST(DurationText, ReadsWell) {
  EXPECT_EQ(duration_text(0), "0s");
  EXPECT_EQ(duration_text(59.4), "59s");
  EXPECT_EQ(duration_text(200), "3m 20s");
  EXPECT_EQ(duration_text(3720), "1h 02m");
  EXPECT_EQ(duration_text(1e300), "277777777777h 46m");
}

TEST(UtcNow, IsATimeStamp) {
  EXPECT_THAT(utc_now(),
              testing::MatchesRegex("20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z"));
}

}  // namespace
}  // namespace kindred
