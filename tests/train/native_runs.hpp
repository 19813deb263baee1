#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "network_cases.hpp"
#include "samples.hpp"

namespace kindred::train {

constexpr std::int64_t run_batch = 20, run_samples = 207, run_tests = 90;  // 11 steps an epoch, the last of 7

/// Three runs of one network that may train together, with everything that training knows.
inline std::vector<sweep::RunSettings> three_runs(const NetworkCase& network) {
  std::vector<sweep::RunSettings> runs(3);
  for (std::size_t k = 0; k < runs.size(); ++k) {
    auto& settings = runs[k];
    settings.seed = static_cast<std::int64_t>(k);
    settings.set("train.batch_size", run_batch);
    settings.set("train.epochs", std::int64_t{3});
    settings.set("train.schedule", "cosine");
    settings.set("train.warmup_epochs", std::int64_t{1});
    settings.set("model.dropout", 0.2);
    // A key's bias changes no attention: its gradient is rounding alone, which Adam's usual epsilon would let
    // move it by whole learning rates.
    settings.set("train.epsilon", 1e-3);
    for (const auto& [key, value] : network.settings) settings.set(key, value);
    // Members may differ in these.
    settings.set("train.learning_rate", 0.005 * static_cast<double>(k + 1));
    settings.set("train.weight_decay", 0.01 * static_cast<double>(k));
    settings.set("train.label_noise", 0.1 * static_cast<double>(k));
  }
  return runs;
}

/// Small networks whose sizes are no multiples of vectors. On images of 28 x 28 pixels, the convolutional one
/// takes a mini-batch in several passes.
inline std::vector<NetworkCase> small_networks() {
  const auto number = [](std::int64_t value) { return sweep::Value{value}; };
  return {{"mlp", "mnist", {{"model.hidden", List{33, 18}}, {"model.activation", "tanh"}}},
          {"cnn",
           "mnist",
           {{"model.architecture", "cnn"},
            {"model.channels", List{20, 6}},
            {"model.hidden", List{21}},
            {"model.activation", "gelu"}}},
          {"vit",
           "mnist",
           {{"model.architecture", "vit"},
            {"model.dim", number(20)},
            {"model.mlp_dim", number(30)},
            {"model.depth", number(2)},
            {"model.activation", "gelu"}}}};
}

/// Each of them with each optimiser.
inline std::vector<NetworkCase> small_trainings() {
  std::vector<NetworkCase> all;
  for (const auto& network : small_networks())
    for (const char* optimizer : {"sgd", "adam", "adamw"}) {
      all.push_back(network);
      all.back().name += std::string("_") + optimizer;
      all.back().settings.emplace_back("train.optimizer", optimizer);
    }
  return all;
}

/// Each member's order of the training samples in an epoch.
inline std::vector<std::vector<std::uint32_t>> orders(std::size_t members, std::uint32_t epoch) {
  std::vector<std::vector<std::uint32_t>> all;
  for (std::uint64_t k = 0; k < members; ++k) {
    RandomStream random(k, Stream::order, epoch);
    all.push_back(random_permutation(random, run_samples));
  }
  return all;
}

inline void train_epoch(PackTrainer& trainer, const std::vector<std::vector<std::uint32_t>>& order) {
  trainer.begin_epoch(order);
  for (std::int64_t first = 0; first < run_samples; first += run_batch)
    trainer.step(first, std::min(run_batch, run_samples - first));
}

inline std::vector<float> weights_of(const PackTrainer& trainer, std::int64_t member, std::int64_t size) {
  std::vector<float> values(static_cast<std::size_t>(size));
  trainer.weights(member, values);
  return values;
}

}  // namespace kindred::train
