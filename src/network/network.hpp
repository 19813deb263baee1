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

/// What a parameter does, which decides how its initial values are drawn.
enum class Role {
  weight,    ///< a matrix: by `init.scheme`, times `init.scale`
  kernel,    ///< of a convolution: likewise
  bias,      ///< 0
  gain,      ///< of a layer norm: 1
  embedding  ///< class token and positions: normal, standard deviation 0.02
};

/// One parameter tensor in PyTorch's order and layout: offset and size in elements of the flat weights.
struct Parameter {
  std::string name;                 ///< "fc1.weight"
  std::vector<std::int64_t> shape;  ///< [out, in] of a matrix, [out, in, k, k] of kernels, [n] of a bias
  Role role = Role::weight;
  std::int64_t offset = 0;
  std::int64_t size = 0;
  bool is_matrix() const { return role == Role::weight || role == Role::kernel; }
};

// The layers. What flows through a network is an image [channels, height, width], a vector [size], or tokens
// [tokens, dim], for each sample; `weight`, `bias` and the like index Network::parameters.

/// y = x Wᵀ + b, of a vector or of every token.
struct Linear {
  std::int64_t in, out;
  int weight, bias;
};
/// Convolution with stride 1 and zero padding that keeps the image's size; `kernel` is odd.
struct Convolve {
  std::int64_t in, out, kernel, height, width;
  int weight, bias;
};
/// The largest of each 2 x 2 pixels; an odd last row or column is dropped. The sizes are the input's.
struct Pool {
  std::int64_t channels, height, width;
};
/// An image as a vector, channels first.
struct Flatten {
  std::int64_t size;
};
/// An image as tokens: the class token, then its square patches row by row, each times the weight
/// [dim, channels, patch, patch]; learned positions are added to all.
struct Embed {
  std::int64_t channels, height, width, patch, dim, tokens;
  int class_token, positions, weight, bias;
};
/// Mean 0 and variance 1 over the features of each token (epsilon 1e-5), times gain, plus bias.
struct LayerNorm {
  std::int64_t size;
  int gain, bias;
};
/// Scaled dot-product attention of tokens whose features are queries, keys and values, [tokens, 3 dim], each
/// cut into heads; gives [tokens, dim], or the class token's vector alone.
struct Attend {
  std::int64_t dim, heads, tokens;
  bool class_token_only;
};
/// From here the values also flow on beside the layers ...
struct Branch {};
/// ... and here they are added again (their class token, where the layers kept only that).
struct Join {};
struct Activate {
  Activation function;
};
/// Zeroes a share of the values in training and divides the others by what is left.
struct Dropout {
  double rate;
};
/// Keeps what flows here as a representation of the input: vectors as they are, of images the mean of each
/// channel, of tokens the class token.
struct Represent {
  std::string name;
};
using Layer = std::variant<Linear, Convolve, Pool, Flatten, Embed, LayerNorm, Attend, Branch, Join, Activate,
                           Dropout, Represent>;

/// A network without any library's types: its layers in forward order and its parameters' layout.
struct Network {
  std::string architecture;
  std::int64_t inputs = 0;  ///< values of one image
  std::int64_t channels = 0, height = 0, width = 0;
  std::int64_t classes = 0;
  std::vector<Layer> layers;
  std::vector<Parameter> parameters;
  std::int64_t size = 0;  ///< parameters' elements in all, P

  /// Names of the representations, in forward order; the last is "logits".
  std::vector<std::string> representations() const;
  /// JSON: enough to rebuild the network outside (layers, sizes, parameters), together with the columns
  /// model.activation, model.dropout and model.heads of the run.
  std::string to_json() const;
  /// Multiply-adds of the forward pass of one image (products of matrices and convolutions alone).
  double multiply_adds() const;
  /// Values of one image that flow out of each layer, Represent aside.
  std::vector<std::int64_t> widths() const;
  /// The most values of one image between two layers, the image's own included.
  std::int64_t widest() const;
};

/// The network that the settings describe, for images of the dataset. The settings have been checked against
/// the dataset (sweep file): an odd kernel, a patch that divides the image, heads that divide dim. Throws a
/// usage error for more than 2^40 parameters.
Network make_network(const sweep::RunSettings& settings, const data::DatasetInfo& dataset);

/// Draws the initial values into `weights` of size P, in PyTorch's layout. A pure function
/// of the settings.
void initial_values(const Network& network, const sweep::RunSettings& settings, std::span<float> weights);

}  // namespace kindred::network
