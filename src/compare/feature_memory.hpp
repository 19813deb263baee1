#pragma once

#include <cstddef>
#include <memory>

namespace kindred::compare {

/// Memory for features, aligned to 64 bytes. What is large is kept when it is given back, for the next of
/// about the same size: the system clears new pages first, which takes longer than reading weights into them.
class FeatureMemory {
 public:
  /// Holds anything. Throws std::bad_alloc.
  explicit FeatureMemory(std::size_t bytes);
  /// Bytes that are kept.
  static std::size_t kept();
  /// Gives them back to the system.
  static void release();
  float* get() const { return static_cast<float*>(memory_.get()); }

 private:
  struct GiveBack {
    std::size_t bytes;
    void operator()(void* memory) const;
  };
  std::unique_ptr<void, GiveBack> memory_;
};

}  // namespace kindred::compare
