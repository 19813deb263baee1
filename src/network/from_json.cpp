#include "network/from_json.hpp"

#include <fmt/ranges.h>

#include <map>

#include "network/flow.hpp"
#include "network/json_object.hpp"
#include "network/parameters.hpp"

namespace kindred::network {
namespace {

using Json = nlohmann::json;

Activation activation_named(const std::string& name, const std::string& where) {
  static const std::map<std::string, Activation> known{{"relu", Activation::relu},
                                                       {"tanh", Activation::tanh},
                                                       {"gelu", Activation::gelu},
                                                       {"sigmoid", Activation::sigmoid}};
  const auto found = known.find(name);
  KINDRED_VALIDATE(
      found != known.end(),
      usage_error("{}: unknown activation \"{}\" (allowed: relu, tanh, gelu, sigmoid) use one of these",
                  where, name));
  return found->second;
}

/// Turns the objects of "layers" into layers.
class LayerReader {
 public:
  LayerReader(Parameters& parameters, const RunValues& run) : parameters_(parameters), run_(run) {}

  Layer read(JsonObject& json) {
    static const std::map<std::string, Layer (LayerReader::*)(JsonObject&)> kinds{
        {"linear", &LayerReader::linear},
        {"convolution", &LayerReader::convolution},
        {"max_pool", &LayerReader::max_pool},
        {"flatten", &LayerReader::flatten},
        {"patch_embedding", &LayerReader::patch_embedding},
        {"layer_norm", &LayerReader::layer_norm},
        {"attention", &LayerReader::attention},
        {"branch", &LayerReader::plain<Branch>},
        {"join", &LayerReader::plain<Join>},
        {"activation", &LayerReader::activation},
        {"dropout", &LayerReader::plain<Dropout>},
        {"representation", &LayerReader::representation}};
    const auto kind = json.text("layer");
    const auto found = kinds.find(kind);
    if (found == kinds.end()) {
      std::vector<std::string> names;
      for (const auto& [name, reader] : kinds) names.push_back(name);
      throw usage_error("{}: unknown layer \"{}\" (allowed: {}) use one of these", json.where(), kind,
                        fmt::join(names, ", "));
    }
    auto layer = (this->*found->second)(json);
    json.finish();
    return layer;
  }

 private:
  Layer linear(JsonObject& json) {
    const auto in = json.size("in"), out = json.size("out");
    const int weight = parameters_.claim(json, "weight", Role::weight, {out, in});
    return Linear{in, out, weight, parameters_.claim(json, "bias", Role::bias, {out})};
  }
  Layer convolution(JsonObject& json) {
    const auto in = json.size("in"), out = json.size("out"), kernel = json.size("kernel");
    const auto height = json.size("height"), width = json.size("width");
    const int weight = parameters_.claim(json, "weight", Role::kernel, {out, in, kernel, kernel});
    const int bias = parameters_.claim(json, "bias", Role::bias, {out});
    return Convolve{in, out, kernel, height, width, weight, bias};
  }
  Layer max_pool(JsonObject& json) {
    return Pool{json.size("channels"), json.size("height"), json.size("width")};
  }
  Layer flatten(JsonObject& json) { return Flatten{json.size("size")}; }
  Layer patch_embedding(JsonObject& json) {
    Embed e{};
    e.channels = json.size("channels");
    e.height = json.size("height");
    e.width = json.size("width");
    e.patch = json.size("patch");
    e.dim = json.size("dim");
    e.tokens = json.size("tokens");
    e.class_token = parameters_.claim(json, "class_token", Role::embedding, {1, 1, e.dim});
    e.positions = parameters_.claim(json, "positions", Role::embedding, {1, e.tokens, e.dim});
    e.weight = parameters_.claim(json, "weight", Role::weight, {e.dim, e.channels, e.patch, e.patch});
    e.bias = parameters_.claim(json, "bias", Role::bias, {e.dim});
    return e;
  }
  Layer layer_norm(JsonObject& json) {
    const auto size = json.size("size");
    const int gain = parameters_.claim(json, "weight", Role::gain, {size});
    return LayerNorm{size, gain, parameters_.claim(json, "bias", Role::bias, {size})};
  }
  Layer attention(JsonObject& json) {
    KINDRED_VALIDATE(run_.heads > 0,
                     usage_error("{}: the number of heads is not known (the parameters do not "
                                 "tell) add \"heads\" beside \"layers\"",
                                 json.where()));
    const auto dim = json.size("dim"), tokens = json.size("tokens");
    return Attend{dim, run_.heads, tokens, json.truth("class_token_only")};
  }
  Layer activation(JsonObject& json) {
    KINDRED_VALIDATE(!run_.activation.empty(),
                     usage_error("{}: the activation is not known (the parameters do not tell) add "
                                 "\"activation\" beside \"layers\": relu, tanh, gelu or sigmoid",
                                 json.where()));
    return Activate{activation_named(run_.activation, json.where())};
  }
  Layer representation(JsonObject& json) { return Represent{json.text("name")}; }
  template <class Plain>
  Layer plain(JsonObject&) {
    return Plain{};
  }

  Parameters& parameters_;
  const RunValues& run_;
};

}  // namespace

bool describes_layers(const std::string& json) {
  const auto value = Json::parse(json, nullptr, false);
  return value.is_object() && value.contains("layers");
}

Network network_from_json(const std::string& json, const std::string& source, const RunValues& run) {
  const auto value = parse_json(json, source);
  JsonObject object(value, source);
  Network network;
  network.architecture = object.text("architecture");
  network.inputs = object.size("inputs");
  const auto image = object.sizes("image", 3, 3);
  network.channels = image[0];
  network.height = image[1];
  network.width = image[2];
  network.classes = object.size("classes");
  KINDRED_VALIDATE(network.inputs == checked_product(image),
                   usage_error("{}: \"inputs\" is {} (an image of {} x {} x {} has others) make them equal",
                               source, network.inputs, image[0], image[1], image[2]));
  RunValues values;
  if (object.asks("activation")) values.activation = object.text("activation");
  if (object.asks("heads")) values.heads = object.size("heads");
  if (!values.activation.empty()) activation_named(values.activation, source);
  if (!run.activation.empty()) values.activation = run.activation;
  if (run.heads > 0) values.heads = run.heads;

  Parameters parameters(object.array("parameters"), source);
  LayerReader reader(parameters, values);
  for (const auto& item : object.array("layers")) {
    JsonObject layer(item, fmt::format("{}: layers[{}]", source, network.layers.size()));
    network.layers.push_back(reader.read(layer));
  }
  object.finish();
  network.size = parameters.size();
  network.parameters = parameters.take();
  check_flow(network, source);
  return network;
}

}  // namespace kindred::network
