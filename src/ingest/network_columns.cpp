#include "ingest/network_columns.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace kindred::ingest {
namespace {

using Json = nlohmann::json;

template <class T>
void add(std::vector<store::Column>& columns, const Settings& settings, const std::string& name,
         std::vector<T> values, const T& unknown) {
  const bool tells = std::ranges::any_of(values, [&](const T& value) { return value != unknown; });
  if (tells && std::ranges::find(settings.columns, name, &store::Column::name) == settings.columns.end())
    columns.push_back({name, std::move(values)});
}

}  // namespace

std::vector<store::Column> network_columns(const Inventory& inventory, const Architecture& architecture,
                                           const Settings& settings) {
  std::vector<Json> networks;
  for (const auto& text : inventory.architectures)
    networks.push_back(Json::parse(text.empty() ? architecture.text : text, nullptr, false));
  std::vector<std::string> activations, architectures;
  std::vector<std::int64_t> heads;
  for (const auto& model : inventory.models) {
    const auto& network = networks[model.architecture];
    const auto text = [&](const char* key) {
      return network.is_object() && network.contains(key) ? network.at(key).get<std::string>() : "";
    };
    const bool has_heads = network.is_object() && network.contains("heads");
    activations.push_back(text("activation"));
    architectures.push_back(text("architecture"));
    heads.push_back(has_heads ? network.at("heads").get<std::int64_t>() : -1);
  }
  std::vector<store::Column> columns;
  add(columns, settings, "model.activation", std::move(activations), std::string());
  add(columns, settings, "model.architecture", std::move(architectures), std::string());
  add(columns, settings, "model.heads", std::move(heads), std::int64_t{-1});
  return columns;
}

}  // namespace kindred::ingest
