#include <gtest/gtest.h>

#include "core/log.hpp"

namespace kindred {
namespace {

std::string logged(const std::string& message) {
  testing::internal::CaptureStderr();
  log::configure("info", 3, 4);
  log::error("{}", message);
  const auto line = testing::internal::GetCapturedStderr();
  log::configure("info");
  return line.substr(line.find("error"));
}

TEST(Log, AMessageIsOneLineWithItsRank) {
  EXPECT_EQ(logged("größe is 3 (why)"), "error [3] größe is 3 (why)\n");
  EXPECT_EQ(logged("first\nsecond\tthird"), "error [3] first second third\n");
}

TEST(Log, ATerminalIsGivenNoControlCharacters) {
  EXPECT_EQ(logged("\033]0;title\a \033[31mred\x7f\r"), "error [3] ?]0;title? ?[31mred??\n");
}

}  // namespace
}  // namespace kindred
