#include "train/native/buffer.hpp"
#include "train/native/functions.hpp"
#include "train/native/layers.hpp"

namespace kindred::train::native {
namespace {

// Each gives f(x) and f'(x). NaN must pass, or a run that diverges would look sound.

struct Relu {
  static float value(float x) { return x < 0.0f ? 0.0f : x; }
  static float slope(float, float y) { return y <= 0.0f ? 0.0f : 1.0f; }
};
struct Tanh {
  static float value(float x) { return hyperbolic_tangent(x); }
  static float slope(float, float y) { return 1.0f - y * y; }
};
struct Sigmoid {
  static float value(float x) { return logistic(x); }
  static float slope(float, float y) { return y * (1.0f - y); }
};
struct Gelu {
  static float value(float x) { return x * normal_distribution(x); }
  static float slope(float x, float) { return normal_distribution(x) + x * normal_density(x); }
};

template <class Function>
class ActivateLayer : public Layer {
 public:
  explicit ActivateLayer(const Site& site) : values_(site.values), slopes_(site.capacity * site.values) {}

  float* forward(const Pass& pass, float* __restrict x) override {
    const std::int64_t count = pass.samples * values_;
    if (!pass.training) {
#pragma omp simd
      for (std::int64_t i = 0; i < count; ++i) x[i] = Function::value(x[i]);
      return x;
    }
    float* __restrict slopes = slopes_.data();
#pragma omp simd
    for (std::int64_t i = 0; i < count; ++i) {
      const float y = Function::value(x[i]);
      slopes[i] = Function::slope(x[i], y);
      x[i] = y;
    }
    return x;
  }

  float* backward(const Pass& pass, float* __restrict dy, float*) override {
    const float* __restrict slopes = slopes_.data();
    for (std::int64_t i = 0; i < pass.samples * values_; ++i) dy[i] *= slopes[i];
    return dy;
  }

 private:
  std::int64_t values_;
  Buffer slopes_;  // of the last training pass; what it changed in place may be changed again
};

}  // namespace

std::unique_ptr<Layer> make_activate(const network::Activate& layer, const Site& site) {
  switch (layer.function) {
    case network::Activation::relu:
      return std::make_unique<ActivateLayer<Relu>>(site);
    case network::Activation::tanh:
      return std::make_unique<ActivateLayer<Tanh>>(site);
    case network::Activation::gelu:
      return std::make_unique<ActivateLayer<Gelu>>(site);
    case network::Activation::sigmoid:
      return std::make_unique<ActivateLayer<Sigmoid>>(site);
  }
  return nullptr;
}

}  // namespace kindred::train::native
