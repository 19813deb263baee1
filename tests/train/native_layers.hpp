#pragma once

#include <algorithm>
#include <vector>

#include "train/loss.hpp"
#include "train/native/buffer.hpp"
#include "train/native/layer.hpp"
#include "train/native/order.hpp"

namespace kindred::train::native {

/// The layers of a network with weights and sums of their own, which keep nothing but what is documented.
class BareNetwork {
 public:
  /// `weights` in PyTorch's order; `capacity`: most samples of a pass.
  BareNetwork(const network::Network& network, const std::vector<float>& weights, std::int64_t capacity,
              std::uint64_t identity = 0)
      : network_(network), order_(network), weights_(order_.size()), sums_(order_.size()) {
    order_.from_pytorch(weights.data(), weights_);
    const auto at = [this](int p) {
      const auto offset = order_.offset(static_cast<std::size_t>(p));
      return Weights{weights_ + offset, sums_ + offset};
    };
    layers_ = make_layers(network, {capacity, 1, network.inputs, at, identity});
    inputs_ = Buffer(capacity * network.inputs);
    for (auto& gradient : gradients_) gradient = Buffer(capacity * layers_.widest);
  }

  /// One pass forward, and in training backward, from images [samples, inputs]. The loss counts `share`
  /// times. Returns the logits.
  std::vector<float> run(const Pass& pass, const float* images, const std::uint8_t* labels, float share) {
    std::copy_n(images, pass.samples * network_.inputs, inputs_.data());
    float* x = inputs_;
    for (const auto& layer : layers_.all) x = layer->forward(pass, x);
    std::vector<float> logits(x, x + pass.samples * network_.classes);
    if (!pass.training) return logits;
    cross_entropy(x, labels, pass.samples, network_.classes, gradients_[0], share);
    float *dy = gradients_[0], *other = gradients_[1];
    for (std::size_t i = layers_.all.size(); i-- > 0;)
      if (layers_.all[i]->backward(pass, dy, i > 0 ? other : nullptr) != dy) std::swap(dy, other);
    return logits;
  }

  /// A mini-batch in parts of `size` samples.
  std::vector<float> run_in_parts(std::int64_t samples, std::int64_t size, const std::vector<float>& images,
                                  const std::vector<std::uint8_t>& labels) {
    std::vector<float> logits;
    for (std::int64_t first = 0; first < samples; first += size) {
      const auto part =
          run({std::min(size, samples - first), true, 0, first}, images.data() + first * network_.inputs,
              labels.data() + first, 1.0f / static_cast<float>(samples));
      logits.insert(logits.end(), part.begin(), part.end());
    }
    return logits;
  }

  /// The sums of derivatives, in PyTorch's order.
  std::vector<float> sums() const {
    std::vector<float> flat(static_cast<std::size_t>(network_.size));
    order_.to_pytorch(sums_.data(), flat.data());
    return flat;
  }

 private:
  const network::Network& network_;
  EngineOrder order_;
  Buffer weights_, sums_;
  Layers layers_;
  Buffer inputs_, gradients_[2];
};

}  // namespace kindred::train::native
