#pragma once

#include <map>
#include <string>
#include <vector>

#include "network/json_object.hpp"
#include "network/network.hpp"

namespace kindred::network {

/// The parameters of a network's description, which layers claim by their names. Throws usage errors.
class Parameters {
 public:
  /// `list`: names, shapes and offsets, which leave no gap; `source` must outlive it.
  Parameters(const nlohmann::json& list, const std::string& source);

  /// Index of the parameter that a layer names at `key`, whose shape and role the layer knows.
  int claim(JsonObject& layer, const std::string& key, Role role, const std::vector<std::int64_t>& shape);
  /// All of them, each claimed.
  std::vector<Parameter> take();
  /// Their values in all.
  std::int64_t size() const { return size_; }

 private:
  void add(const nlohmann::json& item);

  const std::string& source_;
  std::vector<Parameter> all_;
  std::vector<bool> claimed_;
  std::map<std::string, std::size_t> index_;
  std::int64_t size_ = 0;
};

}  // namespace kindred::network
