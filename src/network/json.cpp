#include <nlohmann/json.hpp>

#include "network/network.hpp"

namespace kindred::network {
namespace {

using Json = nlohmann::ordered_json;

/// One layer as JSON. What differs between the runs of a cohort (the activation, the dropout's rate, the
/// number of heads) is a column of the runs.
struct LayerJson {
  const Network& network;

  std::string name(int parameter) const {
    return network.parameters[static_cast<std::size_t>(parameter)].name;
  }

  Json operator()(const Linear& l) const {
    return {{"layer", "linear"},
            {"in", l.in},
            {"out", l.out},
            {"weight", name(l.weight)},
            {"bias", name(l.bias)}};
  }
  Json operator()(const Convolve& c) const {
    return {{"layer", "convolution"},   {"in", c.in},          {"out", c.out},
            {"kernel", c.kernel},       {"height", c.height},  {"width", c.width},
            {"weight", name(c.weight)}, {"bias", name(c.bias)}};
  }
  Json operator()(const Pool& p) const {
    return {{"layer", "max_pool"}, {"channels", p.channels}, {"height", p.height}, {"width", p.width}};
  }
  Json operator()(const Flatten& f) const { return {{"layer", "flatten"}, {"size", f.size}}; }
  Json operator()(const Embed& e) const {
    return {{"layer", "patch_embedding"},
            {"channels", e.channels},
            {"height", e.height},
            {"width", e.width},
            {"patch", e.patch},
            {"dim", e.dim},
            {"tokens", e.tokens},
            {"class_token", name(e.class_token)},
            {"positions", name(e.positions)},
            {"weight", name(e.weight)},
            {"bias", name(e.bias)}};
  }
  Json operator()(const LayerNorm& n) const {
    return {{"layer", "layer_norm"}, {"size", n.size}, {"weight", name(n.gain)}, {"bias", name(n.bias)}};
  }
  Json operator()(const Attend& a) const {
    return {{"layer", "attention"},
            {"dim", a.dim},
            {"tokens", a.tokens},
            {"class_token_only", a.class_token_only}};
  }
  Json operator()(const Branch&) const { return {{"layer", "branch"}}; }
  Json operator()(const Join&) const { return {{"layer", "join"}}; }
  Json operator()(const Activate&) const { return {{"layer", "activation"}}; }
  Json operator()(const Dropout&) const { return {{"layer", "dropout"}}; }
  Json operator()(const Represent& r) const { return {{"layer", "representation"}, {"name", r.name}}; }
};

}  // namespace

std::string Network::to_json() const {
  Json json;
  json["architecture"] = architecture;
  json["inputs"] = inputs;
  json["image"] = {channels, height, width};
  json["classes"] = classes;
  json["layers"] = Json::array();
  for (const auto& layer : layers) json["layers"].push_back(std::visit(LayerJson{*this}, layer));
  json["parameters"] = Json::array();
  for (const auto& parameter : parameters)
    json["parameters"].push_back(
        {{"name", parameter.name}, {"shape", parameter.shape}, {"offset", parameter.offset}});
  return json.dump();
}

}  // namespace kindred::network
