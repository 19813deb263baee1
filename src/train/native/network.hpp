#pragma once

#include <span>
#include <vector>

#include "train/engine.hpp"
#include "train/gather.hpp"
#include "train/learning_rate.hpp"
#include "train/native/buffer.hpp"
#include "train/native/layer.hpp"
#include "train/native/order.hpp"
#include "train/optimizer.hpp"

namespace kindred::train::native {

/// One network in training: weights, optimiser, layers and labels.
class TrainedNetwork {
 public:
  /// At its initial values. `network` and `samples` must outlive it.
  TrainedNetwork(const network::Network& network, const Samples& samples, const sweep::RunSettings& settings);

  /// One update from these training samples. Returns the loss and the like before it.
  Sums step(std::span<const std::uint32_t> indices);
  /// Sums over the test samples.
  Sums evaluate();
  /// Logits of the first test samples, [samples, classes].
  void logits(std::span<float> out);

  /// One segment per parameter, in the engine's order.
  std::vector<statistics::Segment> segments() const;
  /// In PyTorch's order, [P].
  void copy_weights(std::span<float> out) const;

  // PackTrainer's, of one network.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  float* forward(const Pass& pass);
  void backward(const Pass& pass);
  /// Calls visit(logits, first, count) for the first `samples` test samples.
  template <class Visit>
  void each_test_part(std::int64_t samples, Visit visit);

  const network::Network& network_;
  const Samples& samples_;
  Normalizer normalizer_;
  Optimizer optimizer_;
  LearningRate learning_rate_;
  std::vector<std::uint8_t> noisy_labels_;
  std::span<const std::uint8_t> labels_;
  EngineOrder order_;
  std::int64_t capacity_;  // samples that go through the layers at once
  Buffer weights_, sums_;
  std::vector<Buffer> state_;  // the optimiser's
  Buffer inputs_, gradients_[2];
  Layers layers_;
  std::vector<std::uint8_t> part_labels_;
  std::int64_t steps_ = 0;
};

}  // namespace kindred::train::native
