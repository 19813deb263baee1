#include "network/parameters.hpp"

#include <fmt/ranges.h>

namespace kindred::network {

Parameters::Parameters(const nlohmann::json& list, const std::string& source) : source_(source) {
  for (const auto& item : list) add(item);
}

int Parameters::claim(JsonObject& layer, const std::string& key, Role role,
                      const std::vector<std::int64_t>& shape) {
  const auto name = layer.text(key);
  const auto found = index_.find(name);
  KINDRED_VALIDATE(found != index_.end(),
                   usage_error("{}: \"{}\" is \"{}\" (no parameter has that name) see \"parameters\"",
                               layer.where(), key, name));
  auto& parameter = all_[found->second];
  KINDRED_VALIDATE(parameter.shape == shape,
                   usage_error("{}: \"{}\" has the shape {} in \"parameters\" (the layer's is {}) make them "
                               "equal",
                               layer.where(), name, parameter.shape, shape));
  KINDRED_VALIDATE(!claimed_[found->second],
                   usage_error("{}: \"{}\" belongs to another layer or purpose already (a parameter has one) "
                               "name another",
                               layer.where(), name));
  claimed_[found->second] = true;
  parameter.role = role;
  return static_cast<int>(found->second);
}

std::vector<Parameter> Parameters::take() {
  for (std::size_t i = 0; i < all_.size(); ++i)
    KINDRED_VALIDATE(claimed_[i], usage_error("{}: no layer uses the parameter \"{}\" (each has one) remove "
                                              "it or add its layer",
                                              source_, all_[i].name));
  return std::move(all_);
}

void Parameters::add(const nlohmann::json& item) {
  JsonObject object(item, fmt::format("{}: parameters[{}]", source_, all_.size()));
  Parameter parameter;
  parameter.name = object.text("name");
  parameter.shape = object.sizes("shape", 1, 4);
  parameter.offset = object.offset("offset");
  object.finish();
  parameter.size = checked_product(parameter.shape);
  KINDRED_VALIDATE(parameter.size > 0 && parameter.size <= most_values - size_,
                   usage_error("{}: more than {} values up to \"{}\" (no network is that large) correct the "
                               "shapes",
                               object.where(), most_values, parameter.name));
  KINDRED_VALIDATE(parameter.offset == size_,
                   usage_error("{}: the offset of \"{}\" is {} (those before it end at {}) correct it",
                               object.where(), parameter.name, parameter.offset, size_));
  KINDRED_VALIDATE(parameter.name != "all", usage_error("{}: the name \"all\" (it stands for all parameters "
                                                        "together) choose another",
                                                        object.where()));
  KINDRED_VALIDATE(
      index_.emplace(parameter.name, all_.size()).second,
      usage_error("{}: a second \"{}\" (names are unique) rename one", object.where(), parameter.name));
  size_ += parameter.size;
  all_.push_back(std::move(parameter));
  claimed_.push_back(false);
}

}  // namespace kindred::network
