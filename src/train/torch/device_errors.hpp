#pragma once

#include <c10/util/Exception.h>

#include "train/engine.hpp"

namespace kindred::train {

/// Throws OutOfDeviceMemory for the exception being handled, one of LibTorch's, if it says that the device's
/// memory does not hold something; otherwise one with its text without LibTorch's stack.
[[noreturn]] void rethrow_device_error();

/// What `work` returns; its errors of LibTorch as above.
template <class Work>
auto translating_errors(Work work) {
  try {
    return work();
  } catch (const c10::Error&) {
    rethrow_device_error();
  }
}

}  // namespace kindred::train
