#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "native_layers.hpp"
#include "network_cases.hpp"
#include "train/torch/forward.hpp"
#include "train/torch/operand.hpp"
#include "train/torch/threads.hpp"

namespace kindred::train::native {
namespace {

/// Initial weights, none of them 0, and a mini-batch.
struct Draw {
  std::vector<float> weights, images;
  std::vector<std::uint8_t> labels;

  Draw(const network::Network& network, const sweep::RunSettings& settings, std::int64_t batch,
       std::uint64_t key)
      : weights(static_cast<std::size_t>(network.size)),
        images(static_cast<std::size_t>(batch * network.inputs)) {
    RandomStream random(key, Stream::sampling);
    network::initial_values(network, settings, weights);
    for (const auto& parameter : network.parameters)
      for (std::int64_t i = 0; !parameter.is_matrix() && i < parameter.size; ++i)
        weights[static_cast<std::size_t>(parameter.offset + i)] += 0.1f * static_cast<float>(random.normal());
    for (auto& value : images) value = static_cast<float>(random.normal());
    for (std::int64_t i = 0; i < batch; ++i) labels.push_back(static_cast<std::uint8_t>(random.below(10)));
  }
};

/// Terms of the longest sum in a pass forward and back.
std::int64_t longest_sum(const network::Network& network, std::int64_t batch) {
  std::int64_t most = 0, tokens = 1;
  for (const auto& layer : network.layers) {
    if (const auto* linear = std::get_if<network::Linear>(&layer))
      most = std::max({most, linear->in, linear->out, batch * tokens});
    if (const auto* c = std::get_if<network::Convolve>(&layer))
      most = std::max({most, c->kernel * c->kernel * std::max(c->in, c->out), batch * c->height * c->width});
    if (const auto* embed = std::get_if<network::Embed>(&layer)) {
      tokens = embed->tokens;
      most = std::max({most, embed->channels * embed->patch * embed->patch, batch * tokens});
    }
  }
  return most;
}

class NativeLayers : public testing::TestWithParam<NetworkCase> {
 protected:
  static constexpr std::int64_t capacity = 8;

  NativeLayers() {
    use_one_thread();
    for (const auto& [key, value] : GetParam().settings) settings_.set(key, value);
    network_ = make();
  }
  network::Network make() const {
    return network::make_network(settings_, data::dataset_info(GetParam().dataset));
  }

  /// Logits, and gradients of the mean loss as flat weights, in double.
  std::pair<at::Tensor, at::Tensor> reference(const Draw& draw) const {
    const auto flat = tensor(draw.weights).requires_grad_();
    const auto logits =
        forward(network_, pytorch_operands(network_, flat), tensor(draw.images).view({-1, network_.inputs}));
    const std::vector<std::int64_t> labels(draw.labels.begin(), draw.labels.end());
    const auto loss = at::cross_entropy_loss(logits, at::tensor(labels));
    return {logits.detach().view({-1}), torch::autograd::grad({loss}, {flat})[0]};
  }
  static at::Tensor tensor(const std::vector<float>& values) {
    auto copy = values;
    return at::from_blob(copy.data(), {static_cast<std::int64_t>(copy.size())}).to(at::kDouble);
  }

  // A sum of n terms loses about u sqrt(n) of its norm, as its n roundings of u (2^-24) fall either way. What
  // gets to the first layer's gradients has passed up to some 60 sums, one behind another, forward and back:
  // 8 times as much. Twice that is allowed.
  static bool is_close(const at::Tensor& own, const at::Tensor& exact, std::int64_t terms) {
    const double bound = 16 * 0x1p-24 * std::sqrt(static_cast<double>(terms));
    return (own - exact).norm().item<double>() <= bound * exact.norm().item<double>();
  }

  /// What of a draw is not as the reference has it; empty: nothing.
  std::string wrong(const Draw& draw, std::int64_t batch) const {
    const auto [logits, gradients] = reference(draw);
    const auto terms = longest_sum(network_, batch);
    BareNetwork own(network_, draw.weights, capacity);
    std::string names;
    const float share = 1.0f / static_cast<float>(batch);
    for (const bool training : {false, true})
      if (!is_close(tensor(own.run({batch, training}, draw.images.data(), draw.labels.data(), share)), logits,
                    terms))
        names += training ? " logits" : " logits outside training";
    const auto sums = tensor(own.sums());
    for (const auto& p : network_.parameters)
      if (!is_close(sums.narrow(0, p.offset, p.size), gradients.narrow(0, p.offset, p.size), terms))
        names += " " + p.name;
    return names;
  }

  sweep::RunSettings settings_;
  network::Network network_;
};

// Where values come within rounding of relu's kink, of a tie in a pooled window, or of cancelling in a sum of
// few, gradients jump. Few draws have such a value; an error shows in all.
TEST_P(NativeLayers, LogitsAndGradientsAreTheReferences) {
  for (const std::int64_t batch : {std::int64_t{1}, std::int64_t{5}, capacity}) {
    std::string names = "?";
    for (std::uint64_t draw = 1; draw <= 3 && !names.empty(); ++draw)
      names = wrong(Draw(network_, settings_, batch, draw), batch);
    EXPECT_EQ(names, "") << batch << " samples";
  }
}

TEST_P(NativeLayers, BitsDoNotDependOnHowABatchIsDivided) {
  settings_.set("model.dropout", 0.3);
  network_ = make();
  const Draw draw(network_, settings_, capacity, 1);
  BareNetwork whole(network_, draw.weights, capacity, 77);
  const auto logits = whole.run_in_parts(capacity, capacity, draw.images, draw.labels);
  for (const std::int64_t size : {1, 3, 4}) {
    BareNetwork divided(network_, draw.weights, size, 77);
    EXPECT_EQ(divided.run_in_parts(capacity, size, draw.images, draw.labels), logits) << size << " at once";
    EXPECT_EQ(divided.sums(), whole.sums()) << size << " at once";
  }
}

std::vector<NetworkCase> with_every_activation() {
  std::vector<NetworkCase> all;
  for (const auto& network : architecture_cases())
    for (const char* activation : {"relu", "tanh", "gelu", "sigmoid"})
      all.push_back(with_activation(network, activation));
  return all;
}

INSTANTIATE_TEST_SUITE_P(Networks, NativeLayers, testing::ValuesIn(with_every_activation()),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace kindred::train::native
