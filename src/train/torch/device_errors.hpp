#pragma once

#include <c10/util/Exception.h>

#include "train/engine.hpp"

namespace kindred::train {

/// What `work` returns. Throws OutOfDeviceMemory where the device's memory does not hold what it needs; of
/// other errors the text without LibTorch's stack.
template <class Work>
auto translating_errors(Work work) {
  try {
    return work();
  } catch (const c10::OutOfMemoryError& error) {
    throw OutOfDeviceMemory(error.what_without_backtrace());
  } catch (const c10::Error& error) {
    throw std::runtime_error(error.what_without_backtrace());
  }
}

}  // namespace kindred::train
