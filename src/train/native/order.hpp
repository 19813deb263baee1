#pragma once

#include <cstdint>
#include <vector>

#include "network/network.hpp"

namespace kindred::train::native {

/// How the parameters of a network lie in the engine's buffers: one after another, each from a cache line on,
/// and those of shape [out, channels, pixels] as [pixels, channels, out], in which products and images that
/// are channels last read them row by row. Pixels are a kernel's or, of the matrix after Flatten, the
/// image's; of other matrices, also of patches, there is one. Vectors and tokens are as they are.
class EngineOrder {
 public:
  explicit EngineOrder(const network::Network& network);

  /// Of a buffer.
  std::int64_t size() const { return size_; }
  std::int64_t offset(std::size_t parameter) const { return places_[parameter].engine; }

  // Between flat weights in PyTorch's order, [P], and a buffer.
  void from_pytorch(const float* weights, float* buffer) const;
  void to_pytorch(const float* buffer, float* weights) const;

 private:
  struct Place {
    std::int64_t pytorch, engine;        // offsets
    std::int64_t out, channels, pixels;  // of vectors: their size, 1, 1
  };
  template <class Visit>
  void each_value(Visit visit) const;

  std::vector<Place> places_;
  std::int64_t size_ = 0;
};

}  // namespace kindred::train::native
