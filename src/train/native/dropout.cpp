#include <algorithm>
#include <array>
#include <vector>

#include "core/random.hpp"
#include "train/native/layers.hpp"

namespace kindred::train::native {
namespace {

class DropoutLayer : public Layer {
 public:
  DropoutLayer(const network::Dropout& layer, std::int64_t index, std::int64_t count, const Site& site)
      : limit_(static_cast<std::uint32_t>(layer.rate * 0x1p32)),  // the rate is below 1
        kept_(static_cast<float>(1 / (1 - layer.rate))),
        index_(index),
        count_(count),
        values_(site.values),
        identity_(site.identity),
        words_(static_cast<std::size_t>(site.capacity * site.values)) {}

  float* forward(const Pass& pass, float* x) override {
    if (!pass.training) return x;
    RandomStream random(identity_, Stream::dropout, static_cast<std::uint32_t>(pass.step * count_ + index_));
    random.skip(static_cast<std::uint64_t>(pass.first * values_));
    random.fill(std::span(words_).first(static_cast<std::size_t>(pass.samples * values_)));
    return apply(pass, x);
  }
  float* backward(const Pass& pass, float* dy, float*) override { return apply(pass, dy); }

 private:
  float* apply(const Pass& pass, float* x) const {
    for (std::int64_t i = 0; i < pass.samples * values_; ++i)
      x[i] *= words_[static_cast<std::size_t>(i)] < limit_ ? 0.0f : kept_;
    return x;
  }

  std::uint32_t limit_;
  float kept_;
  std::int64_t index_, count_, values_;
  std::uint64_t identity_;
  std::vector<std::uint32_t> words_;
};

}  // namespace

std::unique_ptr<Layer> make_dropout(const network::Dropout& layer, std::int64_t index, std::int64_t count,
                                    const Site& site) {
  return std::make_unique<DropoutLayer>(layer, index, count, site);
}

}  // namespace kindred::train::native
