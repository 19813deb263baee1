#include "network/from_json.hpp"

#include <fmt/ranges.h>

#include <map>

#include "network/flow.hpp"
#include "network/json_object.hpp"

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

/// The parameters of the text, which layers claim by their names.
class Parameters {
 public:
  Parameters(const Json& list, const std::string& source) : source_(source) {
    for (const auto& item : list) add(item);
  }

  /// Index of the parameter that a layer names, whose shape and role the layer knows.
  int claim(JsonObject& layer, const std::string& key, Role role, const std::vector<std::int64_t>& shape) {
    const auto name = layer.text(key);
    const auto found = index_.find(name);
    KINDRED_VALIDATE(found != index_.end(),
                     usage_error("{}: \"{}\" is \"{}\" (no parameter has that name) see \"parameters\"",
                                 layer.where(), key, name));
    auto& parameter = all_[found->second];
    KINDRED_VALIDATE(
        parameter.shape == shape,
        usage_error("{}: \"{}\" has the shape {} in \"parameters\" (the layer's is {}) make them "
                    "equal",
                    layer.where(), name, parameter.shape, shape));
    KINDRED_VALIDATE(
        !claimed_[found->second],
        usage_error("{}: \"{}\" belongs to another layer or purpose already (a parameter has one) "
                    "name another",
                    layer.where(), name));
    claimed_[found->second] = true;
    parameter.role = role;
    return static_cast<int>(found->second);
  }

  std::vector<Parameter> take() {
    for (std::size_t i = 0; i < all_.size(); ++i)
      KINDRED_VALIDATE(claimed_[i],
                       usage_error("{}: no layer uses the parameter \"{}\" (each has one) remove "
                                   "it or add its layer",
                                   source_, all_[i].name));
    return std::move(all_);
  }
  std::int64_t size() const { return size_; }

 private:
  void add(const Json& item) {
    JsonObject object(item, fmt::format("{}: parameters[{}]", source_, all_.size()));
    Parameter parameter;
    parameter.name = object.text("name");
    parameter.shape = object.sizes("shape", 1, 4);
    parameter.offset = object.offset("offset");
    object.finish();
    parameter.size = checked_product(parameter.shape);
    KINDRED_VALIDATE(
        parameter.size > 0 && parameter.size <= most_values - size_,
        usage_error("{}: more than {} values up to \"{}\" (no network is that large) correct the "
                    "shapes",
                    object.where(), most_values, parameter.name));
    KINDRED_VALIDATE(parameter.offset == size_,
                     usage_error("{}: the offset of \"{}\" is {} (those before it end at {}) correct it",
                                 object.where(), parameter.name, parameter.offset, size_));
    KINDRED_VALIDATE(parameter.name != "all",
                     usage_error("{}: the name \"all\" (it stands for all parameters "
                                 "together) choose another",
                                 object.where()));
    KINDRED_VALIDATE(
        index_.emplace(parameter.name, all_.size()).second,
        usage_error("{}: a second \"{}\" (names are unique) rename one", object.where(), parameter.name));
    size_ += parameter.size;
    all_.push_back(std::move(parameter));
    claimed_.push_back(false);
  }

  const std::string& source_;
  std::vector<Parameter> all_;
  std::vector<bool> claimed_;
  std::map<std::string, std::size_t> index_;
  std::int64_t size_ = 0;
};

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
