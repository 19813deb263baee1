#include "sweep/grid.hpp"

#include <fmt/format.h>

#include "sweep/values.hpp"

namespace kindred::sweep {
namespace {

constexpr std::string_view seeds_allowed =
    "use a count of at least 1, or a list of one or more integers of at least 0";

void read_seeds(const Node& node, Grid& grid) {
  if (const auto* count = node.as<std::int64_t>()) {
    if (*count < 1)
      throw Refusal{node.line, shown("seeds", node), "out of range", std::string(seeds_allowed)};
    grid.seed_count = *count;
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
    grid.seeds.push_back(*seed);
  }
  grid.seed_count = static_cast<std::int64_t>(grid.seeds.size());
}

// A list is an axis, one value alone an override. Where the value itself is a list, [128, 64] is one value
// and [[128, 64], [32]] an axis.
std::vector<Value> read_axis(const Definition& definition, const Node& node) {
  const std::string display = shown(definition.name, node);
  const char* form = node.as<Node::Table>() ? "a range" : "a list of values";
  require_implemented(axis_form(), form, display, node.line);
  const auto* list = node.as<Node::List>();
  if (!list) return {read_value(definition, node)};
  if (list->empty())
    throw Refusal{node.line, display, "an empty axis",
                  "give at least one value, each " + allowed_text(definition)};
  if (definition.kind == Kind::list && !list->front().as<Node::List>()) return {read_value(definition, node)};
  std::vector<Value> values;
  for (const Node& entry : *list) values.push_back(read_value(definition, entry));
  return values;
}

Refusal unknown_in_sweep(const Assignment& a) {
  std::vector<std::string_view> known;
  for (const Definition& d : sweep_definitions()) known.push_back(d.name);
  for (const Definition& d : setting_definitions()) known.push_back(d.name);
  return unknown_key(a, known);
}

std::int64_t checked_size(const std::vector<Grid>& grids) {
  std::int64_t total = 0;
  for (const Grid& grid : grids) {
    const Refusal too_many{grid.line, "[[sweep]]", fmt::format("more than {} runs in all", most_runs),
                           "shorten an axis or the seeds"};
    std::int64_t size = grid.seed_count;
    if (size > most_runs) throw too_many;
    for (const Grid::Axis& axis : grid.axes) {
      const auto length = static_cast<std::int64_t>(axis.values.size());
      if (length > most_runs / size) throw too_many;
      size *= length;
    }
    total += size;
    if (total > most_runs) throw too_many;
  }
  return total;
}

void expand_grid(const std::vector<Value>& base, const Grid& grid, std::vector<RunSettings>& runs) {
  std::vector<std::size_t> at(grid.axes.size(), 0);
  for (;;) {
    std::vector<Value> values = base;
    for (std::size_t a = 0; a < at.size(); ++a) values[grid.axes[a].key] = grid.axes[a].values[at[a]];
    leave_out_of_scope(values);
    RunSettings run(std::move(values));
    for (std::int64_t s = 0; s < grid.seed_count; ++s) {
      run.seed = grid.seeds.empty() ? s : grid.seeds[static_cast<std::size_t>(s)];
      runs.push_back(run);
    }
    std::size_t a = at.size();
    while (a > 0 && ++at[a - 1] == grid.axes[a - 1].values.size()) at[--a] = 0;
    if (a == 0) return;
  }
}

}  // namespace

Grid read_grid(const Node& table) {
  Grid grid;
  grid.line = table.line;
  for (const Assignment& a : flatten(*table.as<Node::Table>())) {
    if (a.name == "seeds") {
      read_seeds(a.value, grid);
    } else if (a.name.starts_with("record.")) {
      throw Refusal{a.line, shown(a.name, a.value), "[record] is the same for every run",
                    "set it in [record], outside [[sweep]]"};
    } else if (const auto* own = find_definition(sweep_definitions(), a.name)) {
      read_value(*own, a.value);
    } else if (const auto* setting = find_definition(setting_definitions(), a.name)) {
      const auto index = static_cast<std::size_t>(setting - setting_definitions().data());
      grid.axes.push_back({index, read_axis(*setting, a.value)});
    } else {
      throw unknown_in_sweep(a);
    }
  }
  return grid;
}

std::vector<RunSettings> expand(const std::vector<Value>& base, const std::vector<Grid>& grids) {
  std::vector<RunSettings> runs;
  runs.reserve(static_cast<std::size_t>(checked_size(grids)));
  for (const Grid& grid : grids) expand_grid(base, grid, runs);
  return runs;
}

}  // namespace kindred::sweep
