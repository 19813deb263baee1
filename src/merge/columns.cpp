#include "merge/columns.hpp"

#include <algorithm>
#include <limits>

#include "core/error.hpp"

namespace kindred::merge {
namespace {

using Texts = std::vector<std::string>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

template <class T>
bool holds(const store::Column& column) {
  return std::holds_alternative<std::vector<T>>(column.values);
}

/// A column without a single text stands for one that is not there: nobody could tell its type.
bool is_empty(const store::Column& column) {
  const auto* texts = std::get_if<Texts>(&column.values);
  return texts && std::ranges::all_of(*texts, [](const auto& text) { return text.empty(); });
}

/// One cell as a T; `absent` for what another kind of column says where it does not apply.
template <class T>
T cell(const store::Column& column, std::size_t run, T absent) {
  return std::visit(
      [&](const auto& values) -> T {
        using From = typename std::decay_t<decltype(values)>::value_type;
        if constexpr (std::is_same_v<T, From>) {
          return values[run];
        } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<From, std::string>) {
          return absent;
        } else if constexpr (std::is_same_v<From, std::int64_t>) {
          return values[run] == -1 ? absent : static_cast<T>(values[run]);
        } else {
          return static_cast<T>(values[run]);
        }
      },
      column.values);
}

/// Of one name: each input's column, null where it has none.
using Sources = std::vector<const store::Column*>;

template <class T>
std::vector<T> gather(const Sources& sources, const std::vector<Place>& places, T absent) {
  std::vector<T> values;
  values.reserve(places.size());
  for (const auto& place : places) {
    const auto* column = sources[place.input];
    values.push_back(column ? cell<T>(*column, static_cast<std::size_t>(place.run), absent) : absent);
  }
  return values;
}

store::Column unite(const std::string& name, const std::vector<Input>& inputs,
                    const std::vector<Place>& places) {
  Sources sources;
  for (const auto& input : inputs) sources.push_back(find_column(input.layout, name));
  const auto any = [&](auto test) {
    return std::ranges::any_of(sources, [&](const auto* column) { return column && test(*column); });
  };
  const auto numbers = [](const auto& column) { return !holds<std::string>(column); };
  const auto texts = [](const auto& column) { return holds<std::string>(column) && !is_empty(column); };
  KINDRED_VALIDATE(
      !any(numbers) || !any(texts),
      usage_error("the column {} of /runs holds numbers in one file and texts in another (the settings given "
                  "to kindred ingest differ) ingest one of them again under another name",
                  name));
  const bool gaps =
      std::ranges::any_of(sources, [](const auto* column) { return !column || is_empty(*column); });
  if (!any(numbers)) return {name, gather<std::string>(sources, places, "")};
  if (any(holds<double>)) return {name, gather<double>(sources, places, nan)};
  if (any(holds<std::int64_t>) || gaps) return {name, gather<std::int64_t>(sources, places, -1)};
  if (any(holds<std::uint64_t>)) return {name, gather<std::uint64_t>(sources, places, 0)};
  return {name, gather<std::uint8_t>(sources, places, 0)};
}

}  // namespace

const store::Column* find_column(const store::PopulationLayout& layout, const std::string& name) {
  const auto found = std::ranges::find(layout.columns, name, &store::Column::name);
  return found == layout.columns.end() ? nullptr : &*found;
}

std::vector<store::Column> unite_columns(const std::vector<Input>& inputs, const std::vector<Place>& places) {
  std::vector<std::string> names{"id", "cohort", "cohort_row"};
  const auto own = names.size();
  std::vector<store::Column> columns;
  for (const auto& input : inputs)
    for (const auto& column : input.layout.columns)
      if (std::ranges::find(names, column.name) == names.end()) names.push_back(column.name);
  for (std::size_t i = own; i < names.size(); ++i) columns.push_back(unite(names[i], inputs, places));
  return columns;
}

}  // namespace kindred::merge
