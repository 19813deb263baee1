#include "train/torch/pack_forward.hpp"

#include <cmath>

#include "train/torch/forward.hpp"

namespace kindred::train {
namespace {

using namespace network;

/// One pass of a batch through K networks. Vectors are [K, batch, size], tokens [K, batch, tokens, dim],
/// images [batch, K * channels, height, width].
class PackPass {
 public:
  PackPass(std::span<const at::Tensor> operands, std::int64_t members, bool training,
           std::vector<at::Tensor>* representations)
      : operands_(operands), members_(members), training_(training), representations_(representations) {}

  at::Tensor run(const std::vector<Layer>& layers, at::Tensor inputs) {
    x_ = std::move(inputs);
    for (const auto& layer : layers) std::visit(*this, layer);
    return x_;
  }

  void operator()(const Linear& layer) {
    auto sizes = x_.sizes().vec();
    x_ = at::baddbmm(operand(layer.bias), x_.reshape({members_, -1, layer.in}), operand(layer.weight));
    sizes.back() = layer.out;
    x_ = x_.view(sizes);
  }
  void operator()(const Convolve& layer) {
    if (x_.dim() == 3)
      x_ = x_.transpose(0, 1).reshape({x_.size(1), members_ * layer.in, layer.height, layer.width});
    const auto kernels =
        operand(layer.weight).reshape({members_ * layer.out, layer.in, layer.kernel, layer.kernel});
    const std::int64_t same = layer.kernel / 2;
    x_ = at::conv2d(x_, kernels, operand(layer.bias).reshape({members_ * layer.out}), 1, same, 1, members_);
    channels_ = layer.out;
  }
  void operator()(const Pool&) { x_ = at::max_pool2d(x_, 2); }
  void operator()(const Flatten& layer) {
    x_ = x_.reshape({x_.size(0), members_, layer.size}).transpose(0, 1);
    channels_ = 0;
  }
  void operator()(const Embed& layer) {
    const auto batch = x_.size(1);
    const auto patches = cut_into_patches(layer, x_.reshape({members_ * batch, -1}));
    const auto embedded =
        at::baddbmm(operand(layer.bias), patches.view({members_, -1, patches.size(1)}), operand(layer.weight))
            .view({members_, batch, layer.tokens - 1, layer.dim});
    const auto classes = operand(layer.class_token).expand({members_, batch, 1, layer.dim});
    x_ = at::cat({classes, embedded}, 2) + operand(layer.positions);
  }
  void operator()(const LayerNorm& layer) {
    const auto normed = at::layer_norm(x_, {layer.size});
    const auto each = [&](int index) { return x_.dim() == 4 ? operand(index).unsqueeze(1) : operand(index); };
    x_ = at::addcmul(each(layer.bias), normed, each(layer.gain));
  }
  void operator()(const Attend& layer) {
    const auto batch = x_.size(1), head = layer.dim / layer.heads;
    const auto parts = x_.view({members_ * batch, layer.tokens, 3, layer.heads, head});
    const auto part = [&](std::int64_t i) { return parts.select(2, i).transpose(1, 2); };
    const auto queries = layer.class_token_only ? part(0).narrow(2, 0, 1) : part(0);
    const auto scores = at::matmul(queries / std::sqrt(static_cast<double>(head)), part(1).transpose(2, 3));
    x_ = at::matmul(at::softmax(scores, -1), part(2)).transpose(1, 2);
    x_ = layer.class_token_only ? x_.reshape({members_, batch, layer.dim})
                                : x_.reshape({members_, batch, layer.tokens, layer.dim});
  }
  void operator()(const Branch&) { branch_ = x_; }
  void operator()(const Join&) { x_ = x_ + (branch_.dim() > x_.dim() ? branch_.select(2, 0) : branch_); }
  void operator()(const Activate& layer) { x_ = activate(layer.function, x_); }
  void operator()(const Dropout& layer) {
    if (training_ && layer.rate > 0) x_ = at::dropout(x_, layer.rate, true);
  }
  void operator()(const Represent&) {
    if (!representations_) return;
    representations_->push_back(channels_ > 0
                                    ? x_.mean({2, 3}).view({-1, members_, channels_}).transpose(0, 1)
                                : x_.dim() == 4 ? x_.select(2, 0)
                                                : x_);
  }

 private:
  const at::Tensor& operand(int index) const { return operands_[static_cast<std::size_t>(index)]; }

  std::span<const at::Tensor> operands_;
  std::int64_t members_;
  bool training_;
  std::vector<at::Tensor>* representations_;
  std::int64_t channels_ = 0;  ///< of each network's images; 0 where x_ is no image
  at::Tensor x_, branch_;
};

}  // namespace

at::Tensor pack_forward(const Network& network, std::span<const at::Tensor> operands, at::Tensor inputs,
                        bool training, std::vector<at::Tensor>* representations) {
  const auto members = inputs.size(0);
  return PackPass(operands, members, training, representations).run(network.layers, std::move(inputs));
}

}  // namespace kindred::train
