#include <gtest/gtest.h>

#include "network_cases.hpp"
#include "torch_modules.hpp"
#include "train/torch/forward.hpp"
#include "train/torch/operand.hpp"
#include "train/torch/pack_forward.hpp"
#include "train/torch/threads.hpp"

namespace kindred::train {
namespace {

class TorchEngine : public testing::TestWithParam<NetworkCase> {
 protected:
  static constexpr std::int64_t batch = 5;

  TorchEngine() {
    use_one_thread();
    torch::manual_seed(1);
    for (const auto& [key, value] : GetParam().settings) settings_.set(key, value);
    const auto& info = data::dataset_info(GetParam().dataset);
    network_ = network::make_network(settings_, info);
    image_ = {info.channels, info.height, info.width};
  }

  /// A reference with weights of its own, and its flat weights in PyTorch's order.
  std::pair<std::shared_ptr<Model>, at::Tensor> model() const {
    const auto made = make_model(settings_, image_, network_.classes);
    made->to(torch::kDouble);
    std::vector<at::Tensor> flat;
    const at::NoGradGuard no_gradients;
    for (auto& parameter : made->parameters()) {
      // Not at rest: gains, tokens and biases too.
      parameter.add_(torch::randn_like(parameter) * 0.1);
      flat.push_back(parameter.flatten());
    }
    return {made, at::cat(flat)};
  }

  /// The gradients of a model as flat weights.
  static at::Tensor gradients(Model& model) {
    std::vector<at::Tensor> flat;
    for (auto& parameter : model.parameters()) flat.push_back(parameter.grad().flatten());
    return at::cat(flat);
  }

  /// Loss and logits of the reference on images, leaving its gradients.
  static at::Tensor run(Model& model, const at::Tensor& images, const at::Tensor& labels) {
    const auto logits = model.forward(images);
    torch::cross_entropy_loss(logits, labels).backward();
    return logits;
  }

  sweep::RunSettings settings_;
  network::Network network_;
  List image_;
};

TEST_P(TorchEngine, ParametersAreNamedAndShapedAsTorchNnDoes) {
  const auto parameters = make_model(settings_, image_, network_.classes)->named_parameters();
  ASSERT_EQ(parameters.size(), network_.parameters.size());
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    EXPECT_EQ(parameters[p].key(), network_.parameters[p].name);
    EXPECT_EQ(parameters[p].value().sizes().vec(), network_.parameters[p].shape) << parameters[p].key();
  }
}

TEST_P(TorchEngine, OneNetworksForwardAndGradientsEqualTorchNn) {
  const auto [reference, flat] = model();
  const auto images = torch::randn({batch, image_[0], image_[1], image_[2]}, torch::kDouble);
  const auto labels = torch::randint(10, {batch}, torch::kLong);
  const auto expected = run(*reference, images, labels);

  std::vector<at::Tensor> operands;
  for (const auto& operand : pytorch_operands(network_, flat))
    operands.push_back(operand.detach().requires_grad_());
  const auto logits = forward(network_, operands, images.view({batch, network_.inputs}));
  EXPECT_LT((logits - expected).abs().max().item<double>(), 1e-9);
  const auto own = torch::autograd::grad({torch::cross_entropy_loss(logits, labels)}, operands);

  const auto theirs = pytorch_operands(network_, gradients(*reference));
  for (std::size_t p = 0; p < own.size(); ++p)
    EXPECT_LT((own[p] - theirs[p]).abs().max().item<double>(), 1e-9) << network_.parameters[p].name;
}

TEST_P(TorchEngine, APacksForwardAndGradientsEqualTorchNn) {
  constexpr std::int64_t members = 3;
  const auto images = torch::randn({members, batch, image_[0], image_[1], image_[2]}, torch::kDouble);
  const auto labels = torch::randint(10, {members, batch}, torch::kLong);
  std::vector<at::Tensor> flat, expected, their_gradients;
  for (std::int64_t k = 0; k < members; ++k) {
    const auto [reference, weights] = model();
    flat.push_back(weights);
    expected.push_back(run(*reference, images[k], labels[k]));
    their_gradients.push_back(gradients(*reference));
  }
  const auto weights = at::stack(flat), theirs = at::stack(their_gradients);
  std::vector<at::Tensor> operands;
  for (const auto& parameter : network_.parameters)
    operands.push_back(
        pytorch_operand(parameter, weights.narrow(1, parameter.offset, parameter.size).contiguous())
            .detach()
            .requires_grad_());
  const auto logits = pack_forward(network_, operands, images.view({members, batch, network_.inputs}), false);
  EXPECT_LT((logits - at::stack(expected)).abs().max().item<double>(), 1e-9);
  std::vector<at::Tensor> losses;
  for (std::int64_t k = 0; k < members; ++k)
    losses.push_back(torch::cross_entropy_loss(logits[k], labels[k]));
  const auto own = torch::autograd::grad(losses, operands);
  for (std::size_t p = 0; p < own.size(); ++p) {
    const auto& parameter = network_.parameters[p];
    const auto reference =
        pytorch_operand(parameter, theirs.narrow(1, parameter.offset, parameter.size).contiguous());
    EXPECT_LT((own[p] - reference).abs().max().item<double>(), 1e-9) << parameter.name;
  }
}

TEST_P(TorchEngine, RepresentationsAreVectorsInTheNetworksOrder) {
  const auto flat = model().second;
  std::vector<at::Tensor> representations;
  const auto logits =
      forward(network_, pytorch_operands(network_, flat),
              torch::randn({batch, network_.inputs}, torch::kDouble), {.representations = &representations});
  ASSERT_EQ(representations.size(), network_.representations().size());
  for (const auto& values : representations) {
    EXPECT_EQ(values.dim(), 2);
    EXPECT_EQ(values.size(0), batch);
  }
  EXPECT_TRUE(representations.back().equal(logits));
}

TEST_P(TorchEngine, APacksRepresentationsAreThoseOfItsNetworks) {
  constexpr std::int64_t members = 3;
  const auto images = torch::randn({members, batch, network_.inputs}, torch::kDouble);
  std::vector<at::Tensor> flat;
  std::vector<std::vector<at::Tensor>> expected(members);
  for (std::int64_t k = 0; k < members; ++k) {
    flat.push_back(model().second);
    forward(network_, pytorch_operands(network_, flat.back()), images[k],
            {.representations = &expected[static_cast<std::size_t>(k)]});
  }
  const auto weights = at::stack(flat);
  std::vector<at::Tensor> operands, found;
  for (const auto& parameter : network_.parameters)
    operands.push_back(
        pytorch_operand(parameter, weights.narrow(1, parameter.offset, parameter.size).contiguous()));
  pack_forward(network_, operands, images, false, &found);
  ASSERT_EQ(found.size(), network_.representations().size());
  for (std::size_t r = 0; r < found.size(); ++r)
    for (std::int64_t k = 0; k < members; ++k) {
      const auto& own = expected[static_cast<std::size_t>(k)][r];
      ASSERT_EQ(found[r][k].sizes(), own.sizes());
      EXPECT_LT((found[r][k] - own).abs().max().item<double>(), 1e-9);
    }
}

INSTANTIATE_TEST_SUITE_P(Networks, TorchEngine, testing::ValuesIn(network_cases()),
                         [](const auto& instance) { return instance.param.name; });

TEST(Operand, IsTheSameFromEitherOrderAndBack) {
  sweep::RunSettings settings;
  settings.set("model.architecture", "cnn");
  const auto network = network::make_network(settings, data::dataset_info("cifar10"));
  const auto flat = at::arange(network.size, at::kDouble);
  for (const auto& parameter : network.parameters) {
    const auto values = flat.narrow(0, parameter.offset, parameter.size);
    const auto operand = pytorch_operand(parameter, values);
    const auto stored = stored_order(parameter, operand).view({-1});
    EXPECT_TRUE(stored_operand(parameter, stored).equal(operand)) << parameter.name;
    const auto pack = at::stack({values, values + 1});
    const auto stacked = pytorch_operand(parameter, pack);
    EXPECT_TRUE(stored_operand(parameter, stored_order(parameter, stacked).view({2, -1})).equal(stacked))
        << parameter.name;
  }
}

}  // namespace
}  // namespace kindred::train
