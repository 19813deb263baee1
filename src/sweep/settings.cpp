#include "sweep/settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "sweep/table.hpp"

namespace kindred::sweep {
namespace {

std::size_t index_of(std::string_view key) {
  const auto definitions = setting_definitions();
  const Definition* found = find_definition(definitions, key);
  KINDRED_VALIDATE(found, usage_error("{} (no such setting) see the keys of the sweep file", key));
  return static_cast<std::size_t>(found - definitions.data());
}

// The shortest digits that read back as the same double; always with a mark that it is a real.
std::string real_text(double x) {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, x).ptr;
  std::string text(digits, end);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

std::string list_text(const std::vector<std::int64_t>& list, std::string_view separator) {
  return fmt::format("[{}]", fmt::join(list, separator));
}

std::string canonical_text(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) return list_text(*list, ",");
  return to_text(value);
}

bool is_of_kind(const Value& value, Kind kind) {
  switch (kind) {
    case Kind::integer:
      return std::holds_alternative<std::int64_t>(value);
    case Kind::real:
      return std::holds_alternative<double>(value);
    case Kind::string:
      return std::holds_alternative<std::string>(value);
    case Kind::list:
      return std::holds_alternative<std::vector<std::int64_t>>(value);
  }
  return false;
}

const std::shared_ptr<const std::vector<Value>>& defaults() {
  static const auto values = [] {
    std::vector<Value> all;
    for (const Key& key : keys()) all.push_back(key.fallback);
    return std::make_shared<const std::vector<Value>>(std::move(all));
  }();
  return values;
}

}  // namespace

std::span<const Key> keys() {
  static const std::vector<Key> table = [] {
    std::vector<Key> all;
    for (const Definition& d : setting_definitions()) all.push_back({d.name, d.kind, d.fallback});
    return all;
  }();
  return table;
}

RunSettings::RunSettings() : values_(defaults()) {}

RunSettings::RunSettings(std::vector<Value> values, std::int64_t run_seed)
    : seed(run_seed), values_(std::make_shared<const std::vector<Value>>(std::move(values))) {
  KINDRED_EXPECT(values_->size() == keys().size());
}

const Value& RunSettings::operator[](std::string_view key) const { return (*values_)[index_of(key)]; }

void RunSettings::set(std::string_view key, Value value) {
  const std::size_t index = index_of(key);
  const Kind kind = keys()[index].kind;
  if (const auto* integer = std::get_if<std::int64_t>(&value); integer && kind == Kind::real)
    value = static_cast<double>(*integer);
  KINDRED_VALIDATE(std::holds_alternative<std::monostate>(value) || is_of_kind(value, kind),
                   usage_error("{} = {} (wrong type) use {}", key, to_text(value),
                               allowed_text(setting_definitions()[index])));
  std::vector<Value> changed = *values_;
  changed[index] = std::move(value);
  values_ = std::make_shared<const std::vector<Value>>(std::move(changed));
}

bool RunSettings::has(std::string_view key) const {
  return !std::holds_alternative<std::monostate>((*this)[key]);
}
std::int64_t RunSettings::integer(std::string_view key) const { return std::get<std::int64_t>((*this)[key]); }
double RunSettings::real(std::string_view key) const { return std::get<double>((*this)[key]); }
const std::string& RunSettings::text(std::string_view key) const {
  return std::get<std::string>((*this)[key]);
}
const std::vector<std::int64_t>& RunSettings::list(std::string_view key) const {
  return std::get<std::vector<std::int64_t>>((*this)[key]);
}

std::string RunSettings::canonical() const {
  std::string lines;
  const auto all = keys();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Value& value = (*values_)[i];
    if (std::holds_alternative<std::monostate>(value) || value == all[i].fallback) continue;
    lines += fmt::format("{}={}\n", all[i].name, canonical_text(value));
  }
  return lines + fmt::format("seed={}\n", seed);
}

std::uint64_t RunSettings::identity() const { return xxh64(canonical()); }

bool RunSettings::operator==(const RunSettings& other) const {
  return seed == other.seed && (values_ == other.values_ || *values_ == *other.values_);
}

std::string to_text(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* real = std::get_if<double>(&value)) return real_text(*real);
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("\"{}\"", *text);
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&value)) return list_text(*list, ", ");
  return "none";
}

}  // namespace kindred::sweep
