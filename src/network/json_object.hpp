#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "network/sizes.hpp"

namespace kindred::network {

/// Reads the values of a JSON object by their keys. Throws usage errors that start with `where`.
class JsonObject {
 public:
  JsonObject(const nlohmann::json& json, std::string where);

  const std::string& where() const { return where_; }
  bool asks(const std::string& key);            ///< whether it is there; it need not be
  std::int64_t size(const std::string& key);    ///< 1..largest_size
  std::int64_t offset(const std::string& key);  ///< 0..most_values
  std::vector<std::int64_t> sizes(const std::string& key, std::size_t least, std::size_t most);
  std::string text(const std::string& key);  ///< not empty, printable
  bool truth(const std::string& key);
  const nlohmann::json& array(const std::string& key);
  /// Refuses the keys that nothing has asked for.
  void finish() const;

 private:
  const nlohmann::json& at(const std::string& key);
  Error wrong(const std::string& key, const std::string& expected) const;

  const nlohmann::json& json_;
  std::string where_;
  std::vector<std::string> asked_;
};

/// The text's value. Throws a usage error for what is no JSON, or an object with one key twice.
nlohmann::json parse_json(const std::string& text, const std::string& source);

}  // namespace kindred::network
