#pragma once

#include "network/network.hpp"

namespace kindred::network {

/// Adds layers and their parameters, in PyTorch's order, to a network.
class Builder {
 public:
  /// `settings`: what a refusal names.
  Builder(Network& network, const sweep::RunSettings& settings) : network_(network), settings_(settings) {}

  template <class Layer>
  void add(Layer layer) {
    network_.layers.emplace_back(std::move(layer));
  }
  /// "name.weight" [out, in] and "name.bias" [out].
  void linear(const std::string& name, std::int64_t in, std::int64_t out);
  void layer_norm(const std::string& name, std::int64_t size);
  /// Index of the new parameter. Throws a usage error where the network becomes too large.
  int parameter(const std::string& name, std::vector<std::int64_t> shape, Role role);

 private:
  Network& network_;
  const sweep::RunSettings& settings_;
};

Activation activation(const sweep::RunSettings& settings);

void build_mlp(Builder& builder, const sweep::RunSettings& settings, const Network& network);
void build_cnn(Builder& builder, const sweep::RunSettings& settings, const Network& network);
void build_vit(Builder& builder, const sweep::RunSettings& settings, const Network& network);

}  // namespace kindred::network
