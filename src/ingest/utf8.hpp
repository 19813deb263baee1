#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace kindred::ingest {

/// Whether bytes from outside are text that a file of names and settings can hold.
inline bool is_utf8(const std::string& text) {
  try {
    return nlohmann::json(text).dump(), text.find('\0') == text.npos;
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

/// The text as a message shows it: whatever is not UTF-8 replaced, at most 80 bytes.
inline std::string shown(const std::string& text) {
  const auto quoted =
      nlohmann::json(text.substr(0, 80)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace kindred::ingest
