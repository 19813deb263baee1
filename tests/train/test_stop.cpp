#include <gtest/gtest.h>

#include <csignal>

#include "core/error.hpp"
#include "train/stop.hpp"

namespace kindred::train {
namespace {

TEST(StopRequest, ComesWithASignal) {
  for (const int signal : {SIGUSR1, SIGTERM, SIGINT}) {
    const StopRequest stop(std::nullopt);
    EXPECT_FALSE(stop.requested());
    std::raise(signal);
    EXPECT_TRUE(stop.requested());
  }
}

TEST(StopRequest, ComesHalfAMinuteBeforeTheTimeLimit) {
  EXPECT_FALSE(StopRequest(std::chrono::hours(1)).requested());
  EXPECT_FALSE(StopRequest(std::chrono::seconds(31)).requested());
}

TEST(StopRequest, LeavesTimeForTheSlowestCheckpoint) {
  StopRequest stop(std::chrono::seconds(100));
  stop.leave(20);  // less than the half minute that is left anyway
  EXPECT_FALSE(stop.requested());
  stop.leave(90);
  EXPECT_FALSE(stop.requested());
  stop.leave(101);
  EXPECT_TRUE(stop.requested());
  stop.leave(1);
  EXPECT_TRUE(stop.requested()) << "the slowest one counts, not the last one";
}

TEST(StopRequest, RefusesALimitThatLeavesNoTimeToTrain) {
  EXPECT_THROW(StopRequest(std::chrono::seconds(30)), Error);
}

}  // namespace
}  // namespace kindred::train
