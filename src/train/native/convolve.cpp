#include <algorithm>

#include "train/native/buffer.hpp"
#include "train/native/layers.hpp"
#include "train/native/product.hpp"
#include "train/native/rows.hpp"
#include "train/pool.hpp"

namespace kindred::train::native {
namespace {

/// A convolution and the pooling after it, image by image, so that the convolution's own values stay in the
/// cache. Images are [height, width, channels]. Each of the three convolutions is a product in which one row
/// of pixels, or of taps, is a run of the depth.
class ConvolveLayer : public Layer {
 public:
  ConvolveLayer(const network::Convolve& layer, bool first, bool relu, const Site& site)
      : in_(layer.in),
        out_(layer.out),
        kernel_(layer.kernel),
        height_(layer.height),
        width_(layer.width),
        border_(kernel_ / 2),
        row_((width_ + 2 * border_) * in_),
        taps_(kernel_ * kernel_ * in_),
        first_(first),
        relu_(relu),
        pool_{1, height_, width_, out_},
        weight_(site.weights(layer.weight)),
        bias_(site.weights(layer.bias)),
        y_(site.capacity * pool_.out_size()),
        chosen_(static_cast<std::size_t>(site.capacity * pool_.out_size())),
        transposed_(taps_ * out_),
        padded_(row_ * (height_ + 2 * border_)),
        values_(height_ * width_ * out_),
        columns_(width_ * taps_) {}

  float* forward(const Pass& pass, float* x) override {
    x_ = x;
    for (std::int64_t sample = 0; sample < pass.samples; ++sample) {
      pad(sample);
      for (std::int64_t i = 0; i < height_; ++i)
        multiply({.rows = width_,
                  .columns = out_,
                  .depth = kernel_ * in_,
                  .runs = kernel_,
                  .a = padded_ + i * row_,
                  .a_row = in_,
                  .a_step = 1,
                  .a_run = row_,
                  .b = weight_.values,
                  .b_step = out_,
                  .b_run = kernel_ * in_ * out_,
                  .c = values_ + i * width_ * out_,
                  .c_row = out_});
      max_pool<float>(pool_, values_, bias_.values, relu_, y_ + sample * pool_.out_size(), chosen(sample));
    }
    return y_;
  }

  float* backward(const Pass& pass, float* dy, float* dx) override {
    if (height_ % 2 != 0 || width_ % 2 != 0) std::fill_n(values_.data(), height_ * width_ * out_, 0.0f);
    if (!first_) transpose(weight_.values, out_, taps_, out_, transposed_, taps_);
    for (std::int64_t sample = 0; sample < pass.samples; ++sample) {
      max_pool_backward<float>(pool_, dy + sample * pool_.out_size(), chosen(sample), values_, bias_.sums);
      pad(sample);
      add_weight_sums();
      if (!first_) by_input(dx + sample * height_ * width_ * in_);
    }
    return first_ ? nullptr : dx;
  }

 private:
  std::uint8_t* chosen(std::int64_t sample) {
    return chosen_.data() + static_cast<std::size_t>(sample * pool_.out_size());
  }

  /// One image with a border of zeros.
  void pad(std::int64_t sample) {
    const float* image = x_ + sample * height_ * width_ * in_;
    for (std::int64_t i = 0; i < height_; ++i) {
      float* out = padded_ + (i + border_) * row_ + border_ * in_;
      if (first_)
        for (std::int64_t j = 0; j < width_; ++j)
          for (std::int64_t c = 0; c < in_; ++c) out[j * in_ + c] = image[(c * height_ + i) * width_ + j];
      else
        std::copy_n(image + i * width_ * in_, width_ * in_, out);
    }
  }

  void add_weight_sums() {
    for (std::int64_t k = 0; k < kernel_; ++k) {
      float* sums = weight_.sums + k * kernel_ * in_ * out_;
      multiply({.rows = kernel_ * in_,
                .columns = out_,
                .depth = width_,
                .runs = height_,
                .a = padded_ + k * row_,
                .a_row = 1,
                .a_step = in_,
                .a_run = row_,
                .b = values_,
                .b_step = out_,
                .b_run = width_ * out_,
                .c = sums,
                .c_row = out_,
                .start = sums,
                .start_row = out_});
    }
  }

  /// The derivative by one image: of every tap of a row of pixels, added up where the taps lie.
  void by_input(float* dx) {
    std::fill_n(padded_.data(), row_ * (height_ + 2 * border_), 0.0f);
    for (std::int64_t i = 0; i < height_; ++i) {
      multiply({.rows = width_,
                .columns = taps_,
                .depth = out_,
                .a = values_ + i * width_ * out_,
                .a_row = out_,
                .a_step = 1,
                .b = transposed_,
                .b_step = taps_,
                .c = columns_,
                .c_row = taps_});
      for (std::int64_t j = 0; j < width_; ++j)
        for (std::int64_t k = 0; k < kernel_; ++k) {
          float* __restrict to = padded_ + (i + k) * row_ + j * in_;
          const float* __restrict from = columns_ + j * taps_ + k * kernel_ * in_;
          for (std::int64_t c = 0; c < kernel_ * in_; ++c) to[c] += from[c];
        }
    }
    for (std::int64_t i = 0; i < height_; ++i)
      std::copy_n(padded_ + (i + border_) * row_ + border_ * in_, width_ * in_, dx + i * width_ * in_);
    // The border is zeros again for the next image.
    std::fill_n(padded_.data(), row_ * (height_ + 2 * border_), 0.0f);
  }

  std::int64_t in_, out_, kernel_, height_, width_, border_;
  std::int64_t row_, taps_;  // values of a padded row; weights of an output channel
  bool first_, relu_;
  PoolShape pool_;
  Weights weight_, bias_;
  Buffer y_;
  std::vector<std::uint8_t> chosen_;
  Buffer transposed_, padded_, values_, columns_;
  const float* x_ = nullptr;
};

}  // namespace

std::unique_ptr<Layer> make_convolve(const network::Convolve& layer, bool first, bool relu,
                                     const Site& site) {
  return std::make_unique<ConvolveLayer>(layer, first, relu, site);
}

}  // namespace kindred::train::native
