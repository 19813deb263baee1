#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kindred::statistics {

/// A weight matrix [out, channels · pixels]: pixels are a convolution's kernel or, behind a flattened image,
/// the image's; of other matrices there is one.
struct Matrix {
  std::size_t weight = 0;           ///< its segment
  std::optional<std::size_t> bias;  ///< its bias's segment, [out]
  std::int64_t out = 0, channels = 0, pixels = 1;
  std::int64_t incoming = 0;             ///< the node of output 0; the others follow
  std::optional<std::int64_t> outgoing;  ///< the node of channel 0, if its nodes' outgoing weights are these

  std::int64_t in() const { return channels * pixels; }
  /// The number of its singular values.
  std::int64_t rank() const { return out < in() ? out : in(); }
};

/// What a network's parameters are to each other, one segment per parameter.
struct Structure {
  std::vector<Matrix> matrices;      ///< in forward order
  std::vector<std::int64_t> layers;  ///< the number of nodes of each layer; empty where nodes are not known

  std::int64_t nodes() const;
  std::int64_t singular_values() const;
};

}  // namespace kindred::statistics
