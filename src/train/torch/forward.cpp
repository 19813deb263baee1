#include "train/torch/forward.hpp"

#include "train/torch/pool.hpp"

namespace kindred::train {
namespace {

using namespace network;

/// One pass of a batch through the layers of a network.
class Pass {
 public:
  Pass(const Network& network, std::span<const at::Tensor> operands, const ForwardOptions& options)
      : layers_(network.layers), operands_(operands), options_(options) {}

  at::Tensor run(at::Tensor inputs) {
    x_ = std::move(inputs);
    for (at_ = 0; at_ < layers_.size(); ++at_) std::visit(*this, layers_[at_]);
    return x_;
  }

  void operator()(const Linear& layer) {
    const auto sizes = x_.sizes().vec();
    const bool tokens = sizes.size() == 3;
    if (tokens) x_ = x_.view({sizes[0] * sizes[1], layer.in});
    x_ = at::addmm(operand(layer.bias), x_, operand(layer.weight));
    if (tokens) x_ = x_.view({sizes[0], sizes[1], layer.out});
  }
  /// With the pooling that follows, and relu where it comes next: passes over images cost more than they do.
  void operator()(const Convolve& layer) {
    const auto* next = std::get_if<Activate>(&layers_[at_ + 2]);
    const bool with_relu = next && next->function == Activation::relu;
    const auto &kernels = operand(layer.weight), &bias = operand(layer.bias);
    if (x_.dim() == 2) {
      const auto images = x_.view({x_.size(0), layer.in, layer.height, layer.width});
      x_ = image_stage(images, kernels, bias, with_relu);
    } else {
      x_ = max_pool(at::conv2d(x_, kernels, {}, 1, layer.kernel / 2), bias, with_relu);
    }
    at_ += with_relu ? 2 : 1;
  }
  void operator()(const Pool&) {}  // done by the convolution
  void operator()(const Flatten& layer) { x_ = x_.reshape({x_.size(0), layer.size}); }
  void operator()(const Embed& layer) {
    const auto batch = x_.size(0);
    const auto patches = at::addmm(operand(layer.bias), cut_into_patches(layer, x_), operand(layer.weight));
    const auto classes = operand(layer.class_token).expand({batch, 1, layer.dim});
    x_ = at::cat({classes, patches.view({batch, layer.tokens - 1, layer.dim})}, 1) + operand(layer.positions);
  }
  void operator()(const LayerNorm& layer) {
    x_ = at::layer_norm(x_, {layer.size}, operand(layer.gain), operand(layer.bias));
  }
  void operator()(const Attend& layer) {
    const auto batch = x_.size(0), head = layer.dim / layer.heads;
    const auto parts = x_.view({batch, layer.tokens, 3, layer.heads, head});
    const auto part = [&](std::int64_t i) { return parts.select(2, i).transpose(1, 2); };
    const auto queries = layer.class_token_only ? part(0).narrow(2, 0, 1) : part(0);
    x_ = at::scaled_dot_product_attention(queries, part(1), part(2)).transpose(1, 2);
    x_ = layer.class_token_only ? x_.reshape({batch, layer.dim})
                                : x_.reshape({batch, layer.tokens, layer.dim});
  }
  void operator()(const Branch&) { branch_ = x_; }
  void operator()(const Join&) { x_ = x_ + (branch_.dim() > x_.dim() ? branch_.select(1, 0) : branch_); }
  void operator()(const Activate& layer) { x_ = activate(layer.function, x_); }
  void operator()(const Dropout& layer) {
    if (options_.dropout && layer.rate > 0) x_ = x_ * (*options_.dropout)(dropouts_, x_.sizes(), layer.rate);
    ++dropouts_;
  }
  void operator()(const Represent&) {
    if (!options_.representations) return;
    options_.representations->push_back(x_.dim() == 4   ? x_.mean({2, 3})
                                        : x_.dim() == 3 ? x_.select(1, 0)
                                                        : x_);
  }

 private:
  const at::Tensor& operand(int index) const { return operands_[static_cast<std::size_t>(index)]; }

  const std::vector<Layer>& layers_;
  std::span<const at::Tensor> operands_;
  const ForwardOptions& options_;
  std::size_t at_ = 0;
  at::Tensor x_, branch_;
  std::int64_t dropouts_ = 0;
};

}  // namespace

at::Tensor activate(Activation function, const at::Tensor& x) {
  switch (function) {
    case Activation::relu:
      return at::relu(x);
    case Activation::tanh:
      return at::tanh(x);
    case Activation::gelu:
      return at::gelu(x);
    case Activation::sigmoid:
      return at::sigmoid(x);
  }
  return x;
}

at::Tensor cut_into_patches(const Embed& layer, const at::Tensor& images) {
  const auto down = layer.height / layer.patch, across = layer.width / layer.patch;
  return images.view({-1, layer.channels, down, layer.patch, across, layer.patch})
      .permute({0, 2, 4, 1, 3, 5})
      .reshape({-1, layer.channels * layer.patch * layer.patch});
}

at::Tensor forward(const Network& network, std::span<const at::Tensor> operands, at::Tensor inputs,
                   const ForwardOptions& options) {
  return Pass(network, operands, options).run(std::move(inputs));
}

}  // namespace kindred::train
