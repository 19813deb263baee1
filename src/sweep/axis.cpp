#include "sweep/axis.hpp"

#include <fmt/format.h>

#include <utility>

namespace kindred::sweep {
namespace {

constexpr std::string_view range_form =
    "write {min = ..., max = ...}, with log = true for values that are uniform in the logarithm";

bool read_log(const Assignment& a) {
  const auto* log = a.value.as<bool>();
  if (!log)
    throw Refusal{a.value.line, shown(a.name, a.value), "wrong type, " + type_text(a.value),
                  "use true or false"};
  return *log;
}

bool is_positive(const Value& number) {
  const auto* integer = std::get_if<std::int64_t>(&number);
  return integer ? *integer > 0 : std::get<double>(number) > 0;
}

void check_ends(const Assignment& a, const Range& range, int min_line) {
  for (const auto& [end, name] : {std::pair(&range.low, "min"), std::pair(&range.high, "max")})
    if (std::holds_alternative<std::monostate>(*end))
      throw Refusal{a.value.line, shown(a.name, a.value), fmt::format("a range without {}", name),
                    std::string(range_form)};
  const std::string shown_min = fmt::format("{}.min = {}", a.name, to_text(range.low));
  if (!(range.low < range.high))
    throw Refusal{min_line, shown_min, fmt::format("not below max = {}", to_text(range.high)),
                  "use a min below max, or one value alone"};
  if (range.log && !is_positive(range.low))
    throw Refusal{min_line, shown_min, "log = true, but the logarithm needs a min above 0",
                  "use a min above 0, or log = false"};
}

// The ends are values of the setting, so that what lies between them is allowed too.
Range read_range(const Definition& definition, const Assignment& a) {
  if (definition.kind != Kind::integer && definition.kind != Kind::real)
    throw Refusal{a.value.line, shown(a.name, a.value), "a range, but its values are not numbers",
                  "use a list of values, each " + allowed_text(definition)};
  const std::string min = a.name + ".min", max = a.name + ".max", log = a.name + ".log";
  Range range;
  int min_line = 0;
  for (const Entry& entry : *a.value.as<Node::Table>()) {
    const Assignment part{a.name + "." + entry.name, entry.value, entry.line, entry.column};
    Definition end = definition;
    end.name = part.name;
    if (part.name == min) {
      range.low = read_value(end, part.value);
      min_line = part.value.line;
    } else if (part.name == max) {
      range.high = read_value(end, part.value);
    } else if (part.name == log) {
      range.log = read_log(part);
    } else {
      throw unknown_key(part, {min, max, log});
    }
  }
  check_ends(a, range, min_line);
  return range;
}

// A list is an axis, one value alone an override. Where the value itself is a list, [128, 64] is one value
// and [[128, 64], [32]] an axis; [] would be both, so it is refused, and no hidden layer alone is [[]].
std::vector<Axis::Choice> read_choices(const Definition& definition, const Node& node) {
  const auto* list = node.as<Node::List>();
  const bool is_value =
      !list || (!list->empty() && definition.kind == Kind::list && !list->front().as<Node::List>());
  if (is_value) return {{read_value(definition, node), node.line}};
  if (list->empty())
    throw Refusal{node.line, shown(definition.name, node), "an empty axis",
                  fmt::format("give at least one value, each {}{}", allowed_text(definition),
                              definition.may_be_empty ? "; [[]] is the empty list alone" : "")};
  std::vector<Axis::Choice> choices;
  for (const Node& entry : *list) choices.push_back({read_value(definition, entry), entry.line});
  return choices;
}

}  // namespace

Axis read_axis(const Definition& definition, const Assignment& a) {
  Axis axis;
  axis.key = static_cast<std::size_t>(&definition - setting_definitions().data());
  axis.line = a.value.line;
  if (a.value.as<Node::Table>()) {
    axis.range = read_range(definition, a);
  } else {
    axis.choices = read_choices(definition, a.value);
  }
  return axis;
}

}  // namespace kindred::sweep
