#include <algorithm>

#include "train/native/buffer.hpp"
#include "train/native/layers.hpp"
#include "train/native/product.hpp"
#include "train/native/rows.hpp"

namespace kindred::train::native {
namespace {

/// The class token, then patches W + b, plus positions. Images need no derivative.
class EmbedLayer : public Layer {
 public:
  EmbedLayer(const network::Embed& layer, const Site& site)
      : layer_(layer),
        patches_(layer.tokens - 1),
        patch_size_(layer.channels * layer.patch * layer.patch),
        class_token_(site.weights(layer.class_token)),
        positions_(site.weights(layer.positions)),
        weight_(site.weights(layer.weight)),
        bias_(site.weights(layer.bias)),
        cut_(site.capacity * patches_ * patch_size_),
        start_(layer.tokens * layer.dim),
        y_(site.capacity * layer.tokens * layer.dim) {}

  float* forward(const Pass& pass, float* x) override {
    const std::int64_t dim = layer_.dim, sample_size = layer_.tokens * dim;
    for (std::int64_t i = 0; i < sample_size; ++i)
      start_[i] = positions_.values[i] + (i < dim ? class_token_.values[i] : bias_.values[i % dim]);
    for (std::int64_t sample = 0; sample < pass.samples; ++sample) {
      float* cut = cut_ + sample * patches_ * patch_size_;
      cut_into_patches(x + sample * layer_.channels * layer_.height * layer_.width, cut);
      float* y = y_ + sample * sample_size;
      std::copy_n(start_.data(), dim, y);
      multiply({.rows = patches_,
                .columns = dim,
                .depth = patch_size_,
                .a = cut,
                .a_row = patch_size_,
                .a_step = 1,
                .b = weight_.values,
                .b_step = dim,
                .c = y + dim,
                .c_row = dim,
                .start = start_ + dim,
                .start_row = dim});
    }
    return y_;
  }

  float* backward(const Pass& pass, float* dy, float*) override {
    const std::int64_t dim = layer_.dim, sample_size = layer_.tokens * dim;
    multiply({.rows = patch_size_,
              .columns = dim,
              .depth = patches_,
              .runs = pass.samples,
              .a = cut_,
              .a_row = 1,
              .a_step = patch_size_,
              .a_run = patches_ * patch_size_,
              .b = dy + dim,
              .b_step = dim,
              .b_run = sample_size,
              .c = weight_.sums,
              .c_row = dim,
              .start = weight_.sums,
              .start_row = dim});
    add_rows(dy, pass.samples, sample_size, positions_.sums);
    add_rows(dy, pass.samples, dim, class_token_.sums, sample_size);
    for (std::int64_t sample = 0; sample < pass.samples; ++sample)
      add_rows(dy + sample * sample_size + dim, patches_, dim, bias_.sums);
    return nullptr;
  }

 private:
  /// Patches row by row, each by channel, row and column.
  void cut_into_patches(const float* image, float* out) const {
    const auto& [channels, height, width, patch, dim, tokens, c, p, w, b] = layer_;
    for (std::int64_t i = 0; i < height; i += patch)
      for (std::int64_t j = 0; j < width; j += patch)
        for (std::int64_t channel = 0; channel < channels; ++channel)
          for (std::int64_t row = i; row < i + patch; ++row, out += patch)
            std::copy_n(image + (channel * height + row) * width + j, patch, out);
  }

  network::Embed layer_;
  std::int64_t patches_, patch_size_;
  Weights class_token_, positions_, weight_, bias_;
  Buffer cut_, start_, y_;  // start: what the tokens are without their patches
};

}  // namespace

std::unique_ptr<Layer> make_embed(const network::Embed& layer, const Site& site) {
  return std::make_unique<EmbedLayer>(layer, site);
}

}  // namespace kindred::train::native
