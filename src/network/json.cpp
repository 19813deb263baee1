#include <nlohmann/json.hpp>

#include "network/network.hpp"

namespace kindred::network {

std::string Network::to_json() const {
  nlohmann::ordered_json json;
  json["architecture"] = architecture;
  json["inputs"] = inputs;
  json["classes"] = classes;
  json["layers"] = nlohmann::ordered_json::array();
  for (const auto& layer : layers) {
    if (const auto* linear = std::get_if<Linear>(&layer))
      json["layers"].push_back({{"layer", "linear"},
                                {"in", linear->in},
                                {"out", linear->out},
                                {"weight", parameters[static_cast<std::size_t>(linear->weight)].name},
                                {"bias", parameters[static_cast<std::size_t>(linear->bias)].name}});
    else if (std::holds_alternative<Activate>(layer))
      json["layers"].push_back({{"layer", "activation"}});  // which one is a column of the runs
    else
      json["layers"].push_back({{"layer", "representation"}, {"name", std::get<Represent>(layer).name}});
  }
  json["parameters"] = nlohmann::ordered_json::array();
  for (const auto& parameter : parameters)
    json["parameters"].push_back(
        {{"name", parameter.name}, {"shape", parameter.shape}, {"offset", parameter.offset}});
  return json.dump();
}

}  // namespace kindred::network
