#include <ATen/ATen.h>

#include <numbers>

#include "compare/feature.hpp"
#include "train/gather.hpp"
#include "train/torch/forward.hpp"
#include "train/torch/operand.hpp"

namespace kindred::compare {
namespace {

class GramFeature : public Feature {
 public:
  GramFeature(const FeatureContext& context, std::int64_t representation)
      : context_(context), representation_(static_cast<std::size_t>(representation)) {
    const train::Normalizer normalizer(*context.cohort.dataset);
    images_ = at::empty({context.probes, context.cohort.dataset->pixels()});
    normalizer.range(context.images, 0, context.probes, images_.data_ptr<float>());
  }

  std::int64_t length() const override { return context_.probes * (context_.probes + 1) / 2; }

  void load(std::int64_t row, float* out) override {
    const c10::InferenceMode guard;
    const auto& network = context_.cohort.network(row);
    auto weights = at::empty({network.size});
    read_weights(context_, row, 0, {weights.data_ptr<float>(), static_cast<std::size_t>(network.size)});
    std::vector<at::Tensor> representations;
    train::forward(network, train::pytorch_operands(network, weights), images_,
                   {.representations = &representations});

    // Centred in double: a representation's mean can be far larger than its spread.
    const auto values = representations[representation_].to(at::kDouble);
    auto centred = values - values.mean(0, true);
    // The alignment does not depend on the size, but the products below must stay inside fp32.
    if (const double size = centred.norm().item<double>(); size > 0) centred /= size;
    centred = centred.to(at::kFloat);
    const auto gram = at::mm(centred, centred.t());
    const float* element = gram.const_data_ptr<float>();
    constexpr auto twice = static_cast<float>(std::numbers::sqrt2);
    for (std::int64_t i = 0; i < context_.probes; ++i, element += context_.probes) {
      *out++ = element[i];
      for (std::int64_t j = i + 1; j < context_.probes; ++j) *out++ = twice * element[j];
    }
  }

 private:
  FeatureContext context_;
  std::size_t representation_;
  at::Tensor images_;  // [probes, inputs]
};

}  // namespace

std::unique_ptr<Feature> make_gram_feature(const FeatureContext& context, std::int64_t representation) {
  return std::make_unique<GramFeature>(context, representation);
}

}  // namespace kindred::compare
