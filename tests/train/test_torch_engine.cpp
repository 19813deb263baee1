#include <gtest/gtest.h>
#include <torch/torch.h>

#include "train/torch/forward.hpp"

namespace kindred::train {
namespace {

struct Case {
  std::vector<std::int64_t> hidden;
  std::string activation;
};

class TorchEngine : public testing::TestWithParam<Case> {};

torch::nn::Sequential pytorch_mlp(const network::Network& network, const std::string& activation) {
  torch::nn::Sequential model;
  for (const auto& layer : network.layers) {
    if (const auto* linear = std::get_if<network::Linear>(&layer))
      model->push_back(torch::nn::Linear(linear->in, linear->out));
    else if (std::holds_alternative<network::Activate>(layer)) {
      if (activation == "relu") model->push_back(torch::nn::ReLU());
      if (activation == "tanh") model->push_back(torch::nn::Tanh());
      if (activation == "gelu") model->push_back(torch::nn::GELU());
      if (activation == "sigmoid") model->push_back(torch::nn::Sigmoid());
    }
  }
  model->to(torch::kDouble);
  return model;
}

// Three members with weights of their own, each against a network of torch.nn modules with the same weights.
TEST_P(TorchEngine, ForwardAndGradientsEqualTorchNn) {
  torch::manual_seed(1);
  const std::int64_t members = 3, batch = 7;
  sweep::RunSettings settings;
  settings.set("model.hidden", GetParam().hidden);
  settings.set("model.activation", GetParam().activation);
  const auto network = network::make_network(settings, data::dataset_info("mnist"));

  std::vector<torch::nn::Sequential> models;
  std::vector<std::vector<at::Tensor>> stacked(network.parameters.size());
  for (std::int64_t k = 0; k < members; ++k) {
    models.push_back(pytorch_mlp(network, GetParam().activation));
    const auto parameters = models.back()->parameters();
    ASSERT_EQ(parameters.size(), network.parameters.size());
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const auto value = parameters[p].detach();
      ASSERT_EQ(value.sizes().vec(), network.parameters[p].shape) << network.parameters[p].name;
      stacked[p].push_back(value.dim() == 2 ? value.t().contiguous() : value.unsqueeze(0));
    }
  }
  std::vector<at::Tensor> packed;
  for (auto& values : stacked) packed.push_back(at::stack(values).requires_grad_());

  const auto inputs = torch::randn({members, batch, network.inputs}, torch::kDouble);
  const auto labels = torch::randint(10, {members, batch}, torch::kLong);
  const auto logits = forward(network, packed, inputs);
  std::vector<at::Tensor> losses;
  for (std::int64_t k = 0; k < members; ++k)
    losses.push_back(torch::cross_entropy_loss(logits[k], labels[k]));
  const auto gradients = torch::autograd::grad(losses, packed);

  for (std::int64_t k = 0; k < members; ++k) {
    const auto expected = models[static_cast<std::size_t>(k)]->forward(inputs[k]);
    EXPECT_LT((logits[k] - expected).abs().max().item<double>(), 1e-9);
    torch::cross_entropy_loss(expected, labels[k]).backward();
    const auto parameters = models[static_cast<std::size_t>(k)]->parameters();
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      auto own = gradients[p][k];
      own = parameters[p].dim() == 2 ? own.t() : own.squeeze(0);
      EXPECT_LT((own - parameters[p].grad()).abs().max().item<double>(), 1e-9) << network.parameters[p].name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, TorchEngine,
                         testing::Values(Case{{128, 64}, "relu"}, Case{{128, 64}, "tanh"}, Case{{33}, "gelu"},
                                         Case{{5, 4, 3}, "sigmoid"}, Case{{1}, "relu"}, Case{{}, "relu"}));

TEST(ParameterViews, ShowFlatPyTorchWeightsAsParametersOfOneNetwork) {
  sweep::RunSettings settings;
  settings.set("model.hidden", std::vector<std::int64_t>{3});
  const auto network = network::make_network(settings, data::dataset_info("mnist"));
  const auto flat = at::arange(network.size, at::kDouble);
  const auto views = parameter_views(network, flat);
  EXPECT_EQ(views[0].sizes().vec(), (std::vector<std::int64_t>{1, 784, 3}));
  EXPECT_EQ(views[0][0][5][2].item<double>(), 2 * 784 + 5) << "row 2 of the [out, in] matrix";
  EXPECT_EQ(views[1].sizes().vec(), (std::vector<std::int64_t>{1, 1, 3}));
}

}  // namespace
}  // namespace kindred::train
