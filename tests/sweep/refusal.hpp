#pragma once

#include <gtest/gtest.h>

#include <string>

#include "core/error.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::test {

/// The message with which a sweep file is refused; empty when it is taken.
inline std::string refusal(const std::string& text) {
  try {
    sweep::parse_sweep(text, "my.toml");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "";
}

}  // namespace kindred::test
