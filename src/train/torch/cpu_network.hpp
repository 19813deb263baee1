#pragma once

#include <ATen/ATen.h>

#include <array>
#include <span>
#include <vector>

#include "train/engine.hpp"
#include "train/gather.hpp"
#include "train/learning_rate.hpp"
#include "train/optimizer.hpp"

namespace kindred::train {

/// One network in training on the CPU: weights, optimiser and labels.
class CpuNetwork {
 public:
  /// At its initial values. `network` and `samples` must outlive it.
  CpuNetwork(const network::Network& network, const Samples& samples, const sweep::RunSettings& settings);

  /// One update from these training samples. Returns the loss and the like before it.
  Sums step(std::span<const std::uint32_t> indices);
  /// Sums over the test samples.
  Sums evaluate() const;
  /// Logits of the first test samples, [samples, classes].
  void logits(std::span<float> out) const;

  /// One segment per parameter, in the engine's order.
  std::vector<statistics::Segment> segments() const;
  /// In PyTorch's order, [P].
  void copy_weights(std::span<float> out) const;

  // PackTrainer's, of one network.
  void save(ByteWriter& out) const;
  void restore(ByteReader& in);

 private:
  /// Parameter p of a buffer as wide as the weights.
  float* at(const at::Tensor& buffer, std::size_t p) const { return buffer.data_ptr<float>() + offsets_[p]; }
  /// Calls visit(logits, first, count) for the first `samples` test samples.
  template <class Visit>
  void each_test_batch(std::int64_t samples, Visit visit) const;
  at::Tensor dropout_mask(std::int64_t layer, at::IntArrayRef shape, double rate) const;
  void update(const std::vector<at::Tensor>& gradients);
  /// Weights, then the optimiser's buffers.
  std::vector<std::span<float>> buffers() const;

  const network::Network& network_;
  const Samples& samples_;
  Normalizer normalizer_;
  std::uint64_t identity_;
  std::int64_t dropouts_ = 0;  // dropout layers of the network
  Optimizer optimizer_;
  LearningRate learning_rate_;
  std::vector<std::uint8_t> noisy_labels_;
  std::span<const std::uint8_t> labels_;
  std::vector<std::int64_t> offsets_;  // of each parameter in the buffers
  at::Tensor weights_;
  std::array<at::Tensor, 2> state_;   // the optimiser's
  std::vector<at::Tensor> operands_;  // leaves, views of weights_
  std::vector<std::uint8_t> batch_labels_;
  std::int64_t steps_ = 0;
};

}  // namespace kindred::train
