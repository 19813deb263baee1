#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace kindred::app {

/// null for NaN and infinity.
nlohmann::ordered_json json_number(double value);
/// Indented, with its newline; what is no UTF-8, as in a damaged file, is replaced.
std::string json_text(const nlohmann::ordered_json& json);

}  // namespace kindred::app
