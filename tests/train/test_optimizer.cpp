#include <gtest/gtest.h>
#include <torch/torch.h>

#include "train/optimizer.hpp"

namespace kindred::train {
namespace {

sweep::RunSettings settings(const std::string& optimizer) {
  sweep::RunSettings all;
  all.set("train.optimizer", optimizer);
  all.set("train.learning_rate", 0.1);
  all.set("train.weight_decay", 0.01);
  all.set("train.beta1", 0.8);
  all.set("train.beta2", 0.95);
  all.set("train.epsilon", 1e-6);
  return all;
}

std::unique_ptr<torch::optim::Optimizer> pytorch(const std::string& optimizer, const at::Tensor& weights) {
  if (optimizer == "sgd")
    return std::make_unique<torch::optim::SGD>(
        std::vector{weights}, torch::optim::SGDOptions(0.1).momentum(0.9).weight_decay(0.01));
  if (optimizer == "adam")
    return std::make_unique<torch::optim::Adam>(
        std::vector{weights}, torch::optim::AdamOptions(0.1).betas({0.8, 0.95}).eps(1e-6).weight_decay(0.01));
  return std::make_unique<torch::optim::AdamW>(
      std::vector{weights}, torch::optim::AdamWOptions(0.1).betas({0.8, 0.95}).eps(1e-6).weight_decay(0.01));
}

class Optimizers : public testing::TestWithParam<std::string> {};

// Against PyTorch's own optimiser in double; 37 weights are no multiple of a vector.
TEST_P(Optimizers, FollowPyTorchsOverSeveralStepsAndLearningRates) {
  torch::manual_seed(1);
  const auto optimizer = make_optimizer(settings(GetParam()));
  auto weights = torch::randn({37});
  auto reference = weights.to(torch::kDouble).requires_grad_();
  const auto theirs = pytorch(GetParam(), reference);
  const auto first = torch::zeros({37}), second = torch::zeros({37});
  float* const state[] = {first.data_ptr<float>(), second.data_ptr<float>()};
  for (int step = 1; step <= 20; ++step) {
    const double factor = step % 3 == 0 ? 0.5 : 1;
    const auto gradient = torch::randn({37});
    reference.mutable_grad() = gradient.to(torch::kDouble);
    theirs->param_groups()[0].options().set_lr(0.1 * factor);
    theirs->step();
    std::visit(
        [&](const auto& own) {
          own.update(step, factor, weights.data_ptr<float>(), state, gradient.data_ptr<float>(), 37);
        },
        optimizer);
  }
  // 20 updates of values below 16, each with a few roundings of 2^-24 relative.
  EXPECT_LT((weights.to(torch::kDouble) - reference).abs().max().item<double>(), 20 * 8 * 16 * 0x1p-24);
}

TEST_P(Optimizers, NothingToDoIsFine) {
  float* const state[] = {nullptr, nullptr};
  std::visit([&](const auto& own) { own.update(1, 1, nullptr, state, nullptr, 0); },
             make_optimizer(settings(GetParam())));
}

INSTANTIATE_TEST_SUITE_P(All, Optimizers, testing::Values("sgd", "adam", "adamw"),
                         [](const auto& instance) { return instance.param; });

}  // namespace
}  // namespace kindred::train
