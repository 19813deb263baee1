#include "sweep/document.hpp"

#include <fmt/format.h>

// The parser asserts, and lets some compilers assume, what damaged text does not keep, and refuses it a few
// lines later.
#undef NDEBUG
#define TOML_ASSERT(expression) static_cast<void>(0)
#include <toml++/toml.h>

#include <algorithm>
#include <tuple>

#include "sweep/prescan.hpp"
#include "sweep/settings.hpp"

namespace kindred::sweep {
namespace {

constexpr int deepest = 50;  // a sweep file needs seven levels

Node convert(const toml::node& from, int depth = 0) {
  Node node;
  node.line = static_cast<int>(from.source().begin.line);
  if (depth > deepest)
    throw Refusal{node.line, "TOML", "nested too deeply", "see the keys of the sweep file"};
  if (const auto* table = from.as_table()) {
    Node::Table entries;
    for (const auto& [key, value] : *table) {
      const auto at = key.source().begin;
      entries.push_back({std::string(key.str()), convert(value, depth + 1), static_cast<int>(at.line),
                         static_cast<int>(at.column)});
    }
    // The library sorts keys by name; the order of the axes is that of the file.
    std::ranges::sort(entries, {}, [](const Entry& e) { return std::tie(e.line, e.column); });
    node.value = std::move(entries);
  } else if (const auto* array = from.as_array()) {
    Node::List list;
    for (const toml::node& value : *array) list.push_back(convert(value, depth + 1));
    node.value = std::move(list);
  } else if (const auto* boolean = from.as_boolean()) {
    node.value = boolean->get();
  } else if (const auto* integer = from.as_integer()) {
    node.value = integer->get();
  } else if (const auto* real = from.as_floating_point()) {
    node.value = real->get();
  } else if (const auto* text = from.as_string()) {
    node.value = text->get();
  }
  return node;
}

std::string full_text(const Node& node) {
  if (const auto* boolean = node.as<bool>()) return *boolean ? "true" : "false";
  if (const auto* integer = node.as<std::int64_t>()) return to_text(Value(*integer));
  if (const auto* real = node.as<double>()) return to_text(Value(*real));
  if (const auto* text = node.as<std::string>()) return to_text(Value(*text));
  if (node.as<Node::Table>()) return "{...}";
  const auto* list = node.as<Node::List>();
  if (!list) return "a date or time";
  std::string text;
  for (const Node& entry : *list) {
    text += (text.empty() ? "" : ", ") + to_text(entry);
    if (text.size() > 60) break;  // the caller shortens it anyway
  }
  return "[" + text + "]";
}

}  // namespace

Node read_document(const std::string& text) {
  prescan(text);
  try {
    return convert(toml::parse(text));
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    throw Refusal{static_cast<int>(at.line), "TOML syntax",
                  fmt::format("column {}, {}", at.column, error.description()), "correct it there"};
  }
}

std::string to_text(const Node& node) {
  std::string text = full_text(node);
  if (text.size() <= 60) return text;
  std::size_t end = 57;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "...";
}

std::string type_text(const Node& node) {
  constexpr const char* names[] = {"a date or time", "a truth value", "an integer", "a number",
                                   "text",           "a list",        "a table"};
  return names[node.value.index()];
}

}  // namespace kindred::sweep
