#include <gtest/gtest.h>

#include <csignal>

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
  EXPECT_TRUE(StopRequest(std::chrono::seconds(30)).requested());
}

}  // namespace
}  // namespace kindred::train
