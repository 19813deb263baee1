#include "train/torch/device_errors.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace kindred::train {
namespace {

constexpr std::int32_t cuda_memory_allocation = 2;  // cudaErrorMemoryAllocation

/// Of cuBLAS, for its handle; of cuDNN, where no algorithm's workspace fits.
bool tells_of_memory(const std::string& text) {
  constexpr std::array<std::string_view, 2> signs = {"CUBLAS_STATUS_ALLOC_FAILED",
                                                     "unable to find an engine"};
  return std::ranges::any_of(signs, [&](auto sign) { return text.find(sign) != text.npos; });
}

}  // namespace

void rethrow_device_error() {
  try {
    throw;
  } catch (const c10::OutOfMemoryError& error) {
    throw OutOfDeviceMemory(error.what_without_backtrace());
  } catch (const c10::AcceleratorError& error) {
    if (error.get_error_code() == cuda_memory_allocation)
      throw OutOfDeviceMemory(error.what_without_backtrace());
    throw std::runtime_error(error.what_without_backtrace());
  } catch (const c10::Error& error) {
    if (tells_of_memory(error.what_without_backtrace()))
      throw OutOfDeviceMemory(error.what_without_backtrace());
    throw std::runtime_error(error.what_without_backtrace());
  }
}

}  // namespace kindred::train
