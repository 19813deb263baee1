#pragma once

#include <torch/torch.h>

#include "sweep/settings.hpp"

namespace kindred::train {

// The networks of the three architectures, composed of torch.nn's modules alone, as a reference.

class Model : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(torch::Tensor images) = 0;

 protected:
  explicit Model(const sweep::RunSettings& settings) : activation_(settings.text("model.activation")) {}
  torch::Tensor activate(const torch::Tensor& x) const {
    if (activation_ == "relu") return torch::nn::ReLU()->forward(x);
    if (activation_ == "tanh") return torch::nn::Tanh()->forward(x);
    if (activation_ == "gelu") return torch::nn::GELU()->forward(x);
    return torch::nn::Sigmoid()->forward(x);
  }

 private:
  std::string activation_;
};

class Dense : public Model {
 public:
  Dense(const sweep::RunSettings& settings, std::int64_t width, std::int64_t classes) : Model(settings) {
    auto sizes = settings.list("model.hidden");
    sizes.push_back(classes);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      layers_.push_back(register_module("fc" + std::to_string(i + 1), torch::nn::Linear(width, sizes[i])));
      width = sizes[i];
    }
  }
  torch::Tensor forward(torch::Tensor x) override {
    x = x.flatten(1);
    for (std::size_t i = 0; i + 1 < layers_.size(); ++i) x = activate(layers_[i](x));
    return layers_.back()(x);
  }

 private:
  std::vector<torch::nn::Linear> layers_;
};

class Convolutional : public Model {
 public:
  Convolutional(const sweep::RunSettings& settings, torch::IntArrayRef image, std::int64_t classes)
      : Model(settings) {
    const auto kernel = settings.integer("model.kernel");
    std::int64_t channels = image[0], height = image[1], width = image[2];
    for (const auto out : settings.list("model.channels")) {
      const auto name = "conv" + std::to_string(stages_.size() + 1);
      stages_.push_back(register_module(
          name, torch::nn::Conv2d(torch::nn::Conv2dOptions(channels, out, kernel).padding(torch::kSame))));
      channels = out;
      height /= 2;
      width /= 2;
    }
    head_ = std::make_shared<Dense>(settings, channels * height * width, classes);
    for (const auto& layer : head_->named_children()) register_module(layer.key(), layer.value());
  }
  torch::Tensor forward(torch::Tensor x) override {
    for (auto& stage : stages_) x = activate(torch::nn::MaxPool2d(2)(stage(x)));
    return head_->forward(x);
  }

 private:
  std::vector<torch::nn::Conv2d> stages_;
  std::shared_ptr<Dense> head_;
};

class Transformer : public Model {
 public:
  Transformer(const sweep::RunSettings& settings, torch::IntArrayRef image, std::int64_t classes)
      : Model(settings) {
    const auto dim = settings.integer("model.dim"), patch = settings.integer("model.patch");
    const auto tokens = image[1] / patch * (image[2] / patch) + 1;
    class_token_ = register_parameter("class_token", torch::zeros({1, 1, dim}));
    positions_ = register_parameter("positions", torch::zeros({1, tokens, dim}));
    embed_ = register_module("embed",
                             torch::nn::Conv2d(torch::nn::Conv2dOptions(image[0], dim, patch).stride(patch)));
    const auto blocks = register_module("blocks", torch::nn::ModuleList());
    for (std::int64_t i = 0; i < settings.integer("model.depth"); ++i) {
      blocks_.emplace_back(settings, dim);
      blocks->push_back(blocks_.back().module);
    }
    norm_ = register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({dim})));
    head_ = register_module("head", torch::nn::Linear(dim, classes));
  }
  torch::Tensor forward(torch::Tensor x) override {
    x = embed_(x).flatten(2).transpose(1, 2);
    x = torch::cat({class_token_.expand({x.size(0), -1, -1}), x}, 1) + positions_;
    for (auto& block : blocks_) {
      const auto normed = block.norm1(x).transpose(0, 1);
      x = x + std::get<0>(block.attention(normed, normed, normed)).transpose(0, 1);
      x = x + block.fc2(activate(block.fc1(block.norm2(x))));
    }
    return head_(norm_(x).select(1, 0));
  }

 private:
  struct Block {
    Block(const sweep::RunSettings& settings, std::int64_t dim)
        : norm1(torch::nn::LayerNormOptions({dim})),
          attention(dim, settings.integer("model.heads")),
          norm2(torch::nn::LayerNormOptions({dim})),
          fc1(dim, settings.integer("model.mlp_dim")),
          fc2(settings.integer("model.mlp_dim"), dim) {
      struct Empty : torch::nn::Module {};
      auto made = std::make_shared<Empty>();
      made->register_module("norm1", norm1);
      made->register_module("attn", attention);
      made->register_module("norm2", norm2);
      made->register_module("fc1", fc1);
      made->register_module("fc2", fc2);
      module = made;
    }
    torch::nn::LayerNorm norm1;
    torch::nn::MultiheadAttention attention;
    torch::nn::LayerNorm norm2;
    torch::nn::Linear fc1, fc2;
    std::shared_ptr<torch::nn::Module> module;
  };
  torch::Tensor class_token_, positions_;
  torch::nn::Conv2d embed_{nullptr};
  std::vector<Block> blocks_;
  torch::nn::LayerNorm norm_{nullptr};
  torch::nn::Linear head_{nullptr};
};

inline std::shared_ptr<Model> make_model(const sweep::RunSettings& settings, torch::IntArrayRef image,
                                         std::int64_t classes) {
  const auto& architecture = settings.text("model.architecture");
  if (architecture == "cnn") return std::make_shared<Convolutional>(settings, image, classes);
  if (architecture == "vit") return std::make_shared<Transformer>(settings, image, classes);
  return std::make_shared<Dense>(settings, image[0] * image[1] * image[2], classes);
}

}  // namespace kindred::train
