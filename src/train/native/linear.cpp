#include <algorithm>

#include "train/native/buffer.hpp"
#include "train/native/layers.hpp"
#include "train/native/product.hpp"
#include "train/native/rows.hpp"

namespace kindred::train::native {
namespace {

/// y = x W + b of all vectors of all samples, W [in, out].
class LinearLayer : public Layer {
 public:
  LinearLayer(const network::Linear& layer, const Site& site)
      : in_(layer.in),
        out_(layer.out),
        rows_(site.rows),
        weight_(site.weights(layer.weight)),
        bias_(site.weights(layer.bias)),
        y_(site.capacity * rows_ * out_),
        transposed_(block * out_) {}

  float* forward(const Pass& pass, float* x) override {
    x_ = x;
    multiply({.rows = pass.samples * rows_,
              .columns = out_,
              .depth = in_,
              .a = x,
              .a_row = in_,
              .a_step = 1,
              .b = weight_.values,
              .b_step = out_,
              .c = y_,
              .c_row = out_,
              .start = bias_.values});
    return y_;
  }

  float* backward(const Pass& pass, float* dy, float* dx) override {
    const std::int64_t rows = pass.samples * rows_;
    multiply({.rows = in_,
              .columns = out_,
              .depth = rows,
              .a = x_,
              .a_row = 1,
              .a_step = in_,
              .b = dy,
              .b_step = out_,
              .c = weight_.sums,
              .c_row = out_,
              .start = weight_.sums,
              .start_row = out_});
    add_rows(dy, rows, out_, bias_.sums);
    if (!dx) return nullptr;
    // The transposed weights, as much at a time as stays in the cache.
    for (std::int64_t first = 0; first < in_; first += block) {
      const std::int64_t size = std::min(block, in_ - first);
      transpose(weight_.values + first * out_, out_, size, out_, transposed_, size);
      multiply({.rows = rows,
                .columns = size,
                .depth = out_,
                .a = dy,
                .a_row = out_,
                .a_step = 1,
                .b = transposed_,
                .b_step = size,
                .c = dx + first,
                .c_row = in_});
    }
    return dx;
  }

 private:
  static constexpr std::int64_t block = 64;
  std::int64_t in_, out_, rows_;
  Weights weight_, bias_;
  Buffer y_, transposed_;
  const float* x_ = nullptr;
};

}  // namespace

std::unique_ptr<Layer> make_linear(const network::Linear& layer, const Site& site) {
  return std::make_unique<LinearLayer>(layer, site);
}

}  // namespace kindred::train::native
