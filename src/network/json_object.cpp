#include "network/json_object.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace kindred::network {
namespace {

using Json = nlohmann::json;

constexpr std::size_t longest_shown = 60;
constexpr int deepest = 8;

std::string shown(const Json& value) {
  auto text = value.dump(-1, ' ', true);
  if (text.size() > longest_shown) text = text.substr(0, longest_shown) + "...";
  return text;
}

/// The value where it is an integer in [low, high], otherwise low - 1.
std::int64_t integer(const Json& value, std::int64_t low, std::int64_t high) {
  if (!value.is_number_integer()) return low - 1;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(high))
    return low - 1;
  const auto number = value.get<std::int64_t>();
  return number >= low && number <= high ? number : low - 1;
}

}  // namespace

JsonObject::JsonObject(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
  KINDRED_VALIDATE(json.is_object(),
                   usage_error("{} is {} (an object is needed) see the documentation of the "
                               "attribute architecture",
                               where_, shown(json)));
}

const Json& JsonObject::at(const std::string& key) {
  asked_.push_back(key);
  const auto found = json_.find(key);
  KINDRED_VALIDATE(found != json_.end(), usage_error("{} has no \"{}\" (it is needed) add it", where_, key));
  return *found;
}

Error JsonObject::wrong(const std::string& key, const std::string& expected) const {
  return usage_error("{}: \"{}\" is {} (it must be {}) correct it", where_, key, shown(json_[key]), expected);
}

bool JsonObject::asks(const std::string& key) {
  asked_.push_back(key);
  return json_.contains(key);
}

std::int64_t JsonObject::size(const std::string& key) {
  const auto value = integer(at(key), 1, largest_size);
  KINDRED_VALIDATE(value >= 1, wrong(key, fmt::format("an integer from 1 to {}", largest_size)));
  return value;
}

std::int64_t JsonObject::offset(const std::string& key) {
  const auto value = integer(at(key), 0, most_values);
  KINDRED_VALIDATE(value >= 0, wrong(key, fmt::format("an integer from 0 to {}", most_values)));
  return value;
}

std::vector<std::int64_t> JsonObject::sizes(const std::string& key, std::size_t least, std::size_t most) {
  const auto& list = array(key);
  std::vector<std::int64_t> values;
  for (const auto& item : list) values.push_back(integer(item, 1, largest_size));
  KINDRED_VALIDATE(
      values.size() >= least && values.size() <= most &&
          std::all_of(values.begin(), values.end(), [](std::int64_t v) { return v >= 1; }),
      wrong(key, fmt::format("{} integers from 1 to {}",
                             least == most ? std::to_string(least) : fmt::format("{} to {}", least, most),
                             largest_size)));
  return values;
}

std::string JsonObject::text(const std::string& key) {
  const auto& value = at(key);
  const auto* text = value.get_ptr<const std::string*>();
  KINDRED_VALIDATE(
      text && !text->empty() &&
          std::none_of(text->begin(), text->end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }),
      wrong(key, "a text without control characters, not empty"));
  return *text;
}

bool JsonObject::truth(const std::string& key) {
  const auto& value = at(key);
  KINDRED_VALIDATE(value.is_boolean(), wrong(key, "true or false"));
  return value.get<bool>();
}

const Json& JsonObject::array(const std::string& key) {
  const auto& value = at(key);
  KINDRED_VALIDATE(value.is_array(), wrong(key, "an array"));
  return value;
}

void JsonObject::finish() const {
  for (const auto& [key, value] : json_.items())
    KINDRED_VALIDATE(std::find(asked_.begin(), asked_.end(), key) != asked_.end(),
                     usage_error("{}: unknown key {} (allowed: {}) remove it", where_, shown(Json(key)),
                                 fmt::join(asked_, ", ")));
}

Json parse_json(const std::string& text, const std::string& source) {
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, Json::parse_event_t event, Json& value) {
    KINDRED_VALIDATE(depth <= deepest, usage_error("{} is nested more than {} deep (a network's description "
                                                   "is not) correct it",
                                                   source, deepest));
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key)
      KINDRED_VALIDATE(keys.back().insert(value.get<std::string>()).second,
                       usage_error("{}: the key {} stands twice in one object (which one counts is not "
                                   "defined) remove one",
                                   source, shown(value)));
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::parse_error& error) {
    throw usage_error("{} is not JSON (at byte {}) correct it", source, error.byte);
  } catch (const Json::out_of_range&) {
    throw usage_error("{} is not JSON (a number is out of range) correct it", source);
  }
}

}  // namespace kindred::network
