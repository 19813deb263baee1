#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/log.hpp"

namespace kindred {
namespace {

TEST(Error, CarriesItsExitCode) {
  EXPECT_EQ(usage_error("key \"{}\"", "a").code(), ExitCode::usage);
  EXPECT_STREQ(io_error("disk {}", 1).what(), "disk 1");
  EXPECT_EQ(io_error("x").code(), ExitCode::input_output);
}

TEST(Error, ValidateThrowsOnlyWhereTheConditionFails) {
  EXPECT_NO_THROW(KINDRED_VALIDATE(true, usage_error("no")));
  EXPECT_THROW(KINDRED_VALIDATE(false, usage_error("yes")), Error);
}

TEST(Log, RefusesAnUnknownLevel) { EXPECT_THROW(log::configure("loud"), Error); }

}  // namespace
}  // namespace kindred
