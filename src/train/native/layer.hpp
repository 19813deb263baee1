#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "network/network.hpp"

namespace kindred::train::native {

/// One way through the layers: of a mini-batch, or of a part of it that stays in the cache.
struct Pass {
  std::int64_t samples;
  bool training = false;
  std::int64_t step = 0;   ///< of the run, from 0
  std::int64_t first = 0;  ///< where the mini-batch's part starts
};

/// A layer of one network in training. It owns what it gives out and what its backward needs, for the most
/// samples that a pass may have; nothing is allocated after it is made.
class Layer {
 public:
  virtual ~Layer() = default;
  /// From x [samples, ...] to the values that are returned, which stay until the backward: x itself, changed,
  /// or the layer's own. x stays too, but for layers that change it in place.
  virtual float* forward(const Pass& pass, float* x) = 0;
  /// Takes the derivative of the loss by what forward returned and adds those by the parameters to their
  /// sums. Writes the derivative by x into `dx`, or over dy, and returns where it is; a null dx: not needed,
  /// and nothing is returned. `dy` may be overwritten.
  virtual float* backward(const Pass& pass, float* dy, float* dx) = 0;
};

/// A parameter, as order.hpp lays it out, and the sums of its derivatives.
struct Weights {
  const float* values;
  float* sums;
};

/// Where a layer stands.
struct Site {
  std::int64_t capacity;                ///< most samples of a pass
  std::int64_t rows;                    ///< vectors of a sample: its tokens, or 1
  std::int64_t values;                  ///< of a sample, in all
  std::function<Weights(int)> weights;  ///< of a parameter of the network
  std::uint64_t identity;               ///< of the run
};

/// The layers of a network, without those that do nothing here. Each stands in a file of its own.
struct Layers {
  std::vector<std::unique_ptr<Layer>> all;
  std::int64_t widest;  ///< most values of a sample between two layers
};
Layers make_layers(const network::Network& network, Site site);

}  // namespace kindred::train::native
