#include "train/native/layers.hpp"

#include <algorithm>

namespace kindred::train::native {
namespace {

/// Makes each layer of a network and follows what flows through it.
class Maker {
 public:
  Maker(const network::Network& network, Site site) : network_(network.layers), site_(std::move(site)) {
    layers_.widest = site_.values;
    for (const auto& layer : network_) dropouts_ += std::holds_alternative<network::Dropout>(layer);
  }

  Layers make() {
    for (at_ = 0; at_ < network_.size(); ++at_) std::visit(*this, network_[at_]);
    return std::move(layers_);
  }

  void operator()(const network::Linear& l) { add(make_linear(l, site_), site_.rows, l.out); }
  void operator()(const network::Convolve& l) {
    const auto* next = std::get_if<network::Activate>(&network_[at_ + 2]);
    const bool relu = next && next->function == network::Activation::relu;
    add(make_convolve(l, layers_.all.empty(), relu, site_), 1, (l.height / 2) * (l.width / 2) * l.out);
    at_ += relu ? 2 : 1;
  }
  void operator()(const network::Pool&) {}     // done by the convolution
  void operator()(const network::Flatten&) {}  // the matrix after it lies as the image does (order.hpp)
  void operator()(const network::Embed& l) { add(make_embed(l, site_), l.tokens, l.dim); }
  void operator()(const network::LayerNorm& l) { add(make_layer_norm(l, site_), site_.rows, l.size); }
  void operator()(const network::Attend& l) {
    add(make_attend(l, site_), l.class_token_only ? 1 : l.tokens, l.dim);
  }
  void operator()(const network::Branch&) {
    residual_ = make_residual(site_);
    layers_.all.push_back(make_branch(residual_));
  }
  void operator()(const network::Join&) { layers_.all.push_back(make_join(residual_, site_)); }
  void operator()(const network::Activate& l) { layers_.all.push_back(make_activate(l, site_)); }
  void operator()(const network::Dropout& l) {
    if (l.rate > 0) layers_.all.push_back(make_dropout(l, dropout_, dropouts_, site_));
    ++dropout_;
  }
  void operator()(const network::Represent&) {}

 private:
  /// `rows` vectors of `size` values come out.
  void add(std::unique_ptr<Layer> layer, std::int64_t rows, std::int64_t size) {
    layers_.all.push_back(std::move(layer));
    site_.rows = rows;
    site_.values = rows * size;
    layers_.widest = std::max(layers_.widest, site_.values);
  }

  const std::vector<network::Layer>& network_;
  std::size_t at_ = 0;
  Site site_;
  std::int64_t dropout_ = 0, dropouts_ = 0;
  std::shared_ptr<Residual> residual_;
  Layers layers_;
};

}  // namespace

Layers make_layers(const network::Network& network, Site site) {
  return Maker(network, std::move(site)).make();
}

}  // namespace kindred::train::native
