#pragma once

#include <gmock/gmock.h>

#include "core/error.hpp"

namespace kindred::test {

/// What `work` throws: its code and message. A failure where it throws nothing.
template <class Work>
Error refusal(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was thrown";
  return Error(ExitCode::settled, "");
}

}  // namespace kindred::test
