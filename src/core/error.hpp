#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

#include "core/assert.hpp"

namespace kindred {

/// What the process reports to its caller; the same on every rank.
enum class ExitCode : int {
  settled = 0,       ///< every run settled
  input_output = 1,  ///< input or output failed, a lock is held, data is damaged
  usage = 2,         ///< command line, sweep file, or a file that belongs to another sweep
  some_failed = 3,   ///< settled, but some runs failed
  stopped = 85,      ///< stopped cleanly with work left
};

/// A problem that the user can act on. The message reads "problem (why) what to do".
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  ExitCode code() const noexcept { return code_; }

 private:
  ExitCode code_;
};

template <class... Args>
[[nodiscard]] Error usage_error(fmt::format_string<Args...> text, Args&&... args) {
  return Error(ExitCode::usage, fmt::format(text, std::forward<Args>(args)...));
}

template <class... Args>
[[nodiscard]] Error io_error(fmt::format_string<Args...> text, Args&&... args) {
  return Error(ExitCode::input_output, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace kindred

// User errors: always checked. `error` is an expression such as usage_error("...").
#define KINDRED_VALIDATE(condition, error) \
  do {                                     \
    if (!(condition)) throw(error);        \
  } while (false)
