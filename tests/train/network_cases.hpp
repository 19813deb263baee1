#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sweep/settings.hpp"

namespace kindred::train {

using List = std::vector<std::int64_t>;

/// A network, for images of a dataset.
struct NetworkCase {
  std::string name, dataset;
  std::vector<std::pair<std::string, sweep::Value>> settings;
};

/// Every architecture, as by default and in odd shapes.
inline std::vector<NetworkCase> architecture_cases() {
  const auto mlp = [](List hidden) { return std::pair<std::string, sweep::Value>{"model.hidden", hidden}; };
  const std::pair<std::string, sweep::Value> cnn{"model.architecture", "cnn"},
      vit{"model.architecture", "vit"};
  return {
      {"mlp", "mnist", {mlp({128, 64})}},
      {"mlp_deep", "mnist", {mlp({5, 4, 3})}},
      {"mlp_thin", "cifar10", {mlp({1})}},
      {"mlp_linear", "mnist", {mlp({})}},
      {"cnn", "mnist", {cnn}},
      {"cnn_three_stages", "mnist", {cnn, {"model.channels", List{3, 5, 2}}, {"model.hidden", List{7, 4}}}},
      {"cnn_colour", "cifar10", {cnn, {"model.channels", List{16}}, {"model.kernel", std::int64_t{5}}}},
      {"cnn_linear_head", "mnist", {cnn, {"model.hidden", List{}}, {"model.kernel", std::int64_t{1}}}},
      {"vit", "mnist", {vit}},
      {"vit_one_block", "mnist", {vit, {"model.depth", std::int64_t{1}}, {"model.heads", std::int64_t{1}}}},
      {"vit_colour",
       "cifar10",
       {vit,
        {"model.patch", std::int64_t{8}},
        {"model.dim", std::int64_t{12}},
        {"model.heads", std::int64_t{3}},
        {"model.mlp_dim", std::int64_t{5}},
        {"model.depth", std::int64_t{2}}}},
      {"vit_one_patch", "mnist", {vit, {"model.patch", std::int64_t{28}}, {"model.depth", std::int64_t{2}}}},
  };
}

inline NetworkCase with_activation(NetworkCase network, const std::string& activation) {
  network.name += "_" + activation;
  network.settings.emplace_back("model.activation", activation);
  return network;
}

/// Every architecture, and one of each with every other activation than relu.
inline std::vector<NetworkCase> network_cases() {
  auto all = architecture_cases();
  for (const char* activation : {"tanh", "gelu", "sigmoid"})
    for (const std::size_t base : {0, 4, 8}) all.push_back(with_activation(all[base], activation));
  return all;
}

}  // namespace kindred::train
