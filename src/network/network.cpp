#include "network/network.hpp"

#include "core/error.hpp"

namespace kindred::network {
namespace {

/// Adds layers and their parameters in PyTorch's order.
class Builder {
 public:
  explicit Builder(Network& network) : network_(network) {}

  void linear(const std::string& name, std::int64_t in, std::int64_t out) {
    const int weight = parameter(name + ".weight", {out, in});
    const int bias = parameter(name + ".bias", {out});
    network_.layers.emplace_back(Linear{in, out, weight, bias});
  }
  void activate(Activation function) { network_.layers.emplace_back(Activate{function}); }
  void represent(const std::string& name) { network_.layers.emplace_back(Represent{name}); }

 private:
  int parameter(const std::string& name, std::vector<std::int64_t> shape) {
    std::int64_t size = 1;
    for (const auto extent : shape) size *= extent;
    network_.parameters.push_back({name, std::move(shape), network_.size, size});
    network_.size += size;
    return static_cast<int>(network_.parameters.size()) - 1;
  }
  Network& network_;
};

Activation activation(const std::string& name) {
  if (name == "relu") return Activation::relu;
  if (name == "tanh") return Activation::tanh;
  if (name == "gelu") return Activation::gelu;
  if (name == "sigmoid") return Activation::sigmoid;
  throw usage_error("unknown activation \"{}\" (allowed: relu, tanh, gelu, sigmoid)", name);
}

void build_mlp(Builder& builder, const sweep::RunSettings& settings, const Network& network) {
  const auto function = activation(settings.text("model.activation"));
  const auto& hidden = settings.list("model.hidden");
  std::int64_t width = network.inputs;
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    const auto name = fmt::format("fc{}", i + 1);
    builder.linear(name, width, hidden[i]);
    builder.activate(function);
    builder.represent(i + 1 == hidden.size() ? "penultimate" : name);
    width = hidden[i];
  }
  builder.linear(fmt::format("fc{}", hidden.size() + 1), width, network.classes);
  builder.represent("logits");
}

}  // namespace

Network make_network(const sweep::RunSettings& settings, const data::DatasetInfo& dataset) {
  Network network;
  network.architecture = settings.text("model.architecture");
  network.inputs = dataset.pixels();
  network.classes = dataset.classes;
  Builder builder(network);
  KINDRED_VALIDATE(
      network.architecture == "mlp",
      usage_error("unknown architecture \"{}\" (this version trains mlp)", network.architecture));
  build_mlp(builder, settings, network);
  return network;
}

std::vector<std::string> Network::representations() const {
  std::vector<std::string> names;
  for (const auto& layer : layers)
    if (const auto* represent = std::get_if<Represent>(&layer)) names.push_back(represent->name);
  return names;
}

}  // namespace kindred::network
