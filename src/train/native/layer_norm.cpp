#include <cmath>

#include "train/native/buffer.hpp"
#include "train/native/lanes.hpp"
#include "train/native/layers.hpp"

namespace kindred::train::native {
namespace {

constexpr float epsilon = 1e-5f;

class LayerNormLayer : public Layer {
 public:
  LayerNormLayer(const network::LayerNorm& layer, const Site& site)
      : size_(layer.size),
        rows_(site.rows),
        gain_(site.weights(layer.gain)),
        bias_(site.weights(layer.bias)),
        y_(site.capacity * rows_ * size_),
        normal_(site.capacity * rows_ * size_),
        scale_(site.capacity * rows_) {}

  float* forward(const Pass& pass, float* x) override {
    const auto n = static_cast<float>(size_);
    const float* __restrict gain = gain_.values, * __restrict bias = bias_.values;
    for (std::int64_t row = 0; row < pass.samples * rows_; ++row) {
      const float* __restrict in = x + row * size_;
      float* __restrict normal = normal_ + row * size_, * __restrict out = y_ + row * size_;
      const float mean = sum_lanes(size_, [&](auto at) { return at(in); }) / n;
      const float variance = sum_lanes(size_,
                                       [&](auto at) {
                                         const auto d = at(in) - mean;
                                         return d * d;
                                       }) /
                             n;
      const float scale = 1.0f / std::sqrt(variance + epsilon);
      scale_[row] = scale;
#pragma GCC ivdep
      for (std::int64_t j = 0; j < size_; ++j) {
        normal[j] = (in[j] - mean) * scale;
        out[j] = normal[j] * gain[j] + bias[j];
      }
    }
    return y_;
  }

  float* backward(const Pass& pass, float* dy, float* dx) override {
    const auto n = static_cast<float>(size_);
    const float* __restrict gain = gain_.values;
    float* __restrict gain_sums = gain_.sums, * __restrict bias_sums = bias_.sums;
    for (std::int64_t row = 0; row < pass.samples * rows_; ++row) {
      const float* __restrict normal = normal_ + row * size_, * __restrict in = dy + row * size_;
      float* __restrict out = dx + row * size_;
      const float mean = sum_lanes(size_, [&](auto at) { return at(in) * at(gain); }) / n;
      const float slope = sum_lanes(size_, [&](auto at) { return at(in) * at(gain) * at(normal); }) / n;
      const float scale = scale_[row];
#pragma GCC ivdep
      for (std::int64_t j = 0; j < size_; ++j) {
        out[j] = scale * (in[j] * gain[j] - mean - normal[j] * slope);
        gain_sums[j] += in[j] * normal[j];
        bias_sums[j] += in[j];
      }
    }
    return dx;
  }

 private:
  std::int64_t size_, rows_;
  Weights gain_, bias_;
  Buffer y_, normal_;  // the values before gain and bias
  Buffer scale_;       // of each vector: what it was multiplied by
};

}  // namespace

std::unique_ptr<Layer> make_layer_norm(const network::LayerNorm& layer, const Site& site) {
  return std::make_unique<LayerNormLayer>(layer, site);
}

}  // namespace kindred::train::native
