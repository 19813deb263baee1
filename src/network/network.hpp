#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "data/dataset.hpp"
#include "sweep/settings.hpp"

namespace kindred::network {

enum class Activation { relu, tanh, gelu, sigmoid };

/// One parameter tensor in PyTorch's order and layout: offset and size in elements of the flat weights.
struct Parameter {
  std::string name;                 ///< "fc1.weight"
  std::vector<std::int64_t> shape;  ///< [out, in] for a dense matrix, [n] for a bias
  std::int64_t offset = 0;
  std::int64_t size = 0;
  bool is_matrix() const { return shape.size() > 1; }
};

/// y = x Wᵀ + b; `weight` and `bias` index Network::parameters.
struct Linear {
  std::int64_t in, out;
  int weight, bias;
};
struct Activate {
  Activation function;
};
/// Keeps the value that flows here as a representation of the input (design: the values that networks are
/// compared by).
struct Represent {
  std::string name;
};
using Layer = std::variant<Linear, Activate, Represent>;

/// A network without any library's types: its layers in forward order and its parameters' layout.
struct Network {
  std::string architecture;
  std::int64_t inputs = 0;  ///< values of one image
  std::int64_t classes = 0;
  std::vector<Layer> layers;
  std::vector<Parameter> parameters;
  std::int64_t size = 0;  ///< parameters' elements in all, P

  /// Names of the representations, in forward order; the last is "logits".
  std::vector<std::string> representations() const;
  /// JSON: enough to rebuild the network outside (layers, sizes, parameters).
  std::string to_json() const;
};

/// The network that the settings describe, for images of the dataset.
Network make_network(const sweep::RunSettings& settings, const data::DatasetInfo& dataset);

/// Draws the initial values (design section 3: matrices by `init.scheme`, times `init.scale`; biases 0)
/// into `weights` of size P, in PyTorch's layout. A pure function of the settings.
void initial_values(const Network& network, const sweep::RunSettings& settings, std::span<float> weights);

}  // namespace kindred::network
