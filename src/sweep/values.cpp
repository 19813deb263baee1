#include "sweep/values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

namespace kindred::sweep {
namespace {

constexpr std::string_view sections[] = {"data", "model", "init", "train", "record"};

void flatten_into(const Node::Table& table, const std::string& prefix, std::vector<Assignment>& out) {
  for (const Entry& entry : table) {
    const auto* inner = entry.value.as<Node::Table>();
    const bool is_section = prefix.empty() && std::ranges::find(sections, entry.name) != std::end(sections);
    if (is_section && inner) {
      flatten_into(*inner, entry.name + ".", out);
      continue;
    }
    if (is_section)
      throw Refusal{entry.line, entry.name + " = " + to_text(entry.value),
                    type_text(entry.value) + ", not a section", "write it once, as [" + entry.name + "]"};
    out.push_back({prefix + entry.name, entry.value, entry.line, entry.column});
  }
}

// Levenshtein's distance.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = std::exchange(row[j], std::min({replaced, row[j] + 1, row[j - 1] + 1}));
    }
  }
  return row[b.size()];
}

// The part after the section.
std::string_view bare(std::string_view name) { return name.substr(name.rfind('.') + 1); }

// learning_rate: lr.
std::string initials(std::string_view words) {
  std::string letters(words.substr(0, 1));
  for (std::size_t i = 1; i < words.size(); ++i)
    if (words[i - 1] == '_') letters += words[i];
  return letters;
}

// The value as the definition's kind; monostate where the type is wrong.
Value as_kind(Kind kind, const Node& node) {
  Value value;
  const auto* integer = node.as<std::int64_t>();
  const auto* real = node.as<double>();
  const auto* text = node.as<std::string>();
  const auto* list = node.as<Node::List>();
  if (kind == Kind::integer && integer) value = *integer;
  if (kind == Kind::real && integer) value = static_cast<double>(*integer);
  if (kind == Kind::real && real) value = *real + 0.0;  // -0.0 becomes 0.0
  if (kind == Kind::string && text) value = *text;
  if (kind == Kind::list && list) {
    std::vector<std::int64_t> entries;
    for (const Node& entry : *list) {
      const auto* number = entry.as<std::int64_t>();
      if (!number) return std::monostate{};
      entries.push_back(*number);
    }
    value = std::move(entries);
  }
  return value;
}

// Why the value is not allowed; "" when it is.
std::string objection(const Definition& definition, const Value& value) {
  const Interval& interval = definition.interval;
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return interval.contains(static_cast<double>(*integer)) ? "" : "out of range";
  if (const auto* real = std::get_if<double>(&value)) {
    if (!std::isfinite(*real)) return "not finite";
    return interval.contains(*real) ? "" : "out of range";
  }
  if (const auto* text = std::get_if<std::string>(&value))
    return std::ranges::find(definition.words, *text) != definition.words.end() ? "" : "not one of its words";
  const auto& list = std::get<std::vector<std::int64_t>>(value);
  if (list.empty() && !definition.may_be_empty) return "an empty list";
  const bool inside = std::ranges::all_of(
      list, [&](std::int64_t entry) { return interval.contains(static_cast<double>(entry)); });
  return inside ? "" : "an entry is out of range";
}

}  // namespace

std::vector<Assignment> flatten(const Node::Table& table) {
  std::vector<Assignment> all;
  flatten_into(table, "", all);
  std::ranges::sort(all, {}, [](const Assignment& a) { return std::tie(a.line, a.column); });
  std::map<std::string_view, int> lines;
  for (const Assignment& a : all) {
    const auto [first, is_new] = lines.emplace(a.name, a.line);
    if (!is_new)
      throw Refusal{a.line, shown(a.name, a.value), fmt::format("given before, on line {}", first->second),
                    "keep one of the two"};
  }
  return all;
}

std::string shown(std::string_view name, const Node& node) {
  return fmt::format("{} = {}", name, to_text(node));
}

Value read_value(const Definition& definition, const Node& node) {
  const std::string display = shown(definition.name, node);
  Value value = as_kind(definition.kind, node);
  if (std::holds_alternative<std::monostate>(value)) {
    const bool is_list = node.as<Node::List>() != nullptr;
    const std::string why = is_list && definition.kind == Kind::list ? "an entry of the wrong type"
                                                                     : "wrong type, " + type_text(node);
    const char* several =
        is_list && definition.kind != Kind::list ? "; several values belong in a [[sweep]]" : "";
    throw Refusal{node.line, display, why, "use " + allowed_text(definition) + several};
  }
  if (const std::string why = objection(definition, value); !why.empty())
    throw Refusal{node.line, display, why, "use " + allowed_text(definition)};
  return value;
}

Refusal unknown_key(const Assignment& assignment, const std::vector<std::string_view>& known) {
  // A key without a section may have lost it: then only what follows the section counts.
  const bool has_section = assignment.name.find('.') != std::string::npos;
  const auto distance = [&](std::string_view key) -> std::size_t {
    if (bare(assignment.name) == initials(bare(key))) return 0;
    if (has_section || bare(key) == key) return edit_distance(assignment.name, key);
    return edit_distance(assignment.name, bare(key)) + 1;
  };
  const std::string_view nearest = *std::ranges::min_element(known, {}, distance);
  return {assignment.line, shown(assignment.name, assignment.value), "no such key",
          fmt::format("did you mean {}?", nearest)};
}

}  // namespace kindred::sweep
