#include "sweep/part.hpp"

#include <fmt/format.h>

namespace kindred::sweep {
namespace {

constexpr std::string_view seeds_allowed =
    "use a count of at least 1, or a list of one or more integers of at least 0";

void read_seeds(const Node& node, Part& part) {
  if (const auto* count = node.as<std::int64_t>()) {
    if (*count < 1)
      throw Refusal{node.line, shown("seeds", node), "out of range", std::string(seeds_allowed)};
    part.seed_count = *count;
    return;
  }
  const auto* list = node.as<Node::List>();
  if (!list || list->empty())
    throw Refusal{node.line, shown("seeds", node), list ? "an empty list" : "wrong type, " + type_text(node),
                  std::string(seeds_allowed)};
  for (const Node& entry : *list) {
    const auto* seed = entry.as<std::int64_t>();
    if (!seed || *seed < 0)
      throw Refusal{entry.line, "seeds with " + to_text(entry), "an impossible seed",
                    std::string(seeds_allowed)};
    part.seeds.push_back(*seed);
  }
  part.seed_count = static_cast<std::int64_t>(part.seeds.size());
}

Refusal unknown_in_sweep(const Assignment& a) {
  std::vector<std::string_view> known;
  for (const Definition& d : sweep_definitions()) known.push_back(d.name);
  for (const Definition& d : setting_definitions()) known.push_back(d.name);
  return unknown_key(a, known);
}

// The keys that say how the runs are chosen.
struct Method {
  bool is_random = false;
  int line = 0;
  const Assignment* samples = nullptr;
  const Assignment* sample_seed = nullptr;

  void read(const Assignment& a, const Definition& definition, Part& part) {
    const Value value = read_value(definition, a.value);
    if (a.name == "method") {
      is_random = std::get<std::string>(value) == "random";
      line = a.value.line;
    } else if (a.name == "samples") {
      samples = &a;
      part.samples = std::get<std::int64_t>(value);
    } else {
      sample_seed = &a;
      part.sample_seed = std::get<std::int64_t>(value);
    }
  }
};

void check_method(const Method& method, const Part& part) {
  if (method.is_random) {
    if (!method.samples)
      throw Refusal{method.line, "method = \"random\"", "without samples",
                    "give samples, " + allowed_text(*find_definition(sweep_definitions(), "samples"))};
    return;
  }
  for (const Assignment* a : {method.samples, method.sample_seed})
    if (a)
      throw Refusal{a->value.line, shown(a->name, a->value), "of use to random samples only",
                    "set method = \"random\", or leave it out"};
  for (const Axis& axis : part.axes)
    if (axis.range)
      throw Refusal{axis.line, fmt::format("{} = {{...}}", keys()[axis.key].name),
                    "a range, and every combination of values was asked for",
                    "use a list of values, or set method = \"random\" and samples"};
}

}  // namespace

Part read_part(const Node& table) {
  Part part;
  part.line = table.line;
  Method method;
  const auto assignments = flatten(*table.as<Node::Table>());
  for (const Assignment& a : assignments) {
    if (a.name == "seeds") {
      read_seeds(a.value, part);
    } else if (a.name.starts_with("record.")) {
      throw Refusal{a.line, shown(a.name, a.value), "[record] is the same for every run",
                    "set it in [record], outside [[sweep]]"};
    } else if (const auto* own = find_definition(sweep_definitions(), a.name)) {
      method.read(a, *own, part);
    } else if (const auto* setting = find_definition(setting_definitions(), a.name)) {
      part.axes.push_back(read_axis(*setting, a));
    } else {
      throw unknown_in_sweep(a);
    }
  }
  check_method(method, part);
  return part;
}

}  // namespace kindred::sweep
