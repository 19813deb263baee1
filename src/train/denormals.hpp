#pragma once

#include <cstdint>

namespace kindred::train {

/// Denormal numbers count as zero while it lives, in this thread, where the processor can. A saturated
/// softmax makes gradients full of them, and a processor takes a hundred times longer over each; statistics
/// still see what the weights hold.
class DenormalsAsZero {
 public:
  DenormalsAsZero();
  ~DenormalsAsZero();
  DenormalsAsZero(const DenormalsAsZero&) = delete;
  DenormalsAsZero& operator=(const DenormalsAsZero&) = delete;

 private:
  std::uint64_t before_;  // the processor's control register
};

}  // namespace kindred::train
