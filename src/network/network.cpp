#include "network/network.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "network/builder.hpp"

namespace kindred::network {
namespace {

/// Multiply-adds of one image, which may be more than an integer holds.
struct Cost {
  static double product(auto... sizes) { return (1.0 * ... * static_cast<double>(sizes)); }

  double operator()(const Linear& l) const { return product(rows, l.in, l.out); }
  double operator()(const Convolve& c) const {
    return product(c.height, c.width, c.kernel, c.kernel, c.in, c.out);
  }
  double operator()(const Embed& e) {
    rows = e.tokens;
    return product(e.tokens - 1, e.channels, e.patch, e.patch, e.dim);
  }
  double operator()(const Attend& a) {
    if (a.class_token_only) rows = 1;
    return 2 * product(rows, a.tokens, a.dim);
  }
  double operator()(const auto&) const { return 0; }

  std::int64_t rows = 1;  // tokens that a linear layer sees
};

/// Values of one image that flow out of a layer.
struct Width {
  std::int64_t operator()(const Linear& l) { return values = rows * l.out; }
  std::int64_t operator()(const Convolve& c) { return values = c.height * c.width * c.out; }
  std::int64_t operator()(const Pool& p) { return values = (p.height / 2) * (p.width / 2) * p.channels; }
  std::int64_t operator()(const Embed& e) { return values = (rows = e.tokens) * e.dim; }
  std::int64_t operator()(const Attend& a) {
    if (a.class_token_only) rows = 1;
    return values = rows * a.dim;
  }
  std::int64_t operator()(const auto&) const { return values; }

  std::int64_t values, rows = 1;
};

}  // namespace

Activation activation(const sweep::RunSettings& settings) {
  const auto& name = settings.text("model.activation");
  if (name == "relu") return Activation::relu;
  if (name == "tanh") return Activation::tanh;
  if (name == "gelu") return Activation::gelu;
  if (name == "sigmoid") return Activation::sigmoid;
  throw usage_error("unknown activation \"{}\" (allowed: relu, tanh, gelu, sigmoid)", name);
}

Network make_network(const sweep::RunSettings& settings, const data::DatasetInfo& dataset) {
  Network network;
  network.architecture = settings.text("model.architecture");
  network.inputs = dataset.pixels();
  network.channels = dataset.channels;
  network.height = dataset.height;
  network.width = dataset.width;
  network.classes = dataset.classes;
  Builder builder(network, settings);
  if (network.architecture == "mlp")
    build_mlp(builder, settings, network);
  else if (network.architecture == "cnn")
    build_cnn(builder, settings, network);
  else if (network.architecture == "vit")
    build_vit(builder, settings, network);
  else
    throw usage_error("unknown architecture \"{}\" (allowed: mlp, cnn, vit)", network.architecture);
  return network;
}

std::vector<std::string> Network::representations() const {
  std::vector<std::string> names;
  for (const auto& layer : layers)
    if (const auto* represent = std::get_if<Represent>(&layer)) names.push_back(represent->name);
  return names;
}

double Network::multiply_adds() const {
  Cost cost;
  double total = 0;
  for (const auto& layer : layers) total += std::visit(cost, layer);
  return total;
}

std::vector<std::int64_t> Network::widths() const {
  Width out{inputs};
  std::vector<std::int64_t> all;
  for (const auto& layer : layers)
    if (!std::holds_alternative<Represent>(layer)) all.push_back(std::visit(out, layer));
  return all;
}

std::int64_t Network::widest() const {
  const auto all = widths();
  return std::max(inputs, *std::max_element(all.begin(), all.end()));
}

}  // namespace kindred::network
