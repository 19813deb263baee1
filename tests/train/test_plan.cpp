#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "train/plan.hpp"

namespace kindred::train {
namespace {

TEST(Plan, ASweepFileMayHaveANameThatIsNoUtf8) {
  Plan plan;
  plan.sweep = "caf\xe9";
  EXPECT_THAT(to_json(plan), testing::HasSubstr("\"sweep\": \"caf\xef\xbf\xbd\""));
}

}  // namespace
}  // namespace kindred::train
