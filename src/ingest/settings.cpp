#include "ingest/settings.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "core/error.hpp"
#include "ingest/utf8.hpp"

namespace kindred::ingest {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

struct ResultColumn {
  std::string_view name;
  double store::RunResult::*value;
  double low, high;
};
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr std::array<ResultColumn, 5> result_columns{
    {{"epochs_completed", &store::RunResult::epochs_completed, 0, infinity},
     {"train_loss", &store::RunResult::train_loss, -infinity, infinity},
     {"train_accuracy", &store::RunResult::train_accuracy, 0, 1},
     {"test_loss", &store::RunResult::test_loss, -infinity, infinity},
     {"test_accuracy", &store::RunResult::test_accuracy, 0, 1}}};

constexpr std::array<std::string_view, 12> own_columns{
    "id",   "cohort", "cohort_row",   "name",          "state",  "checksum",
    "pack", "host",   "wall_seconds", "finished_unix", "engine", "message"};

template <class T>
std::optional<T> number(std::string_view cell) {
  if (cell.starts_with('+')) cell.remove_prefix(1);
  T value{};
  const auto [end, code] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (code != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  return value;
}

std::optional<bool> truth(std::string_view cell) {
  if (cell == "true" || cell == "True" || cell == "TRUE") return true;
  if (cell == "false" || cell == "False" || cell == "FALSE") return false;
  return std::nullopt;
}

using Cells = std::vector<std::string>;

/// The cells as T, `empty` for empty ones; nothing where a cell is no T.
template <class T, class Convert>
std::optional<std::vector<T>> convert(const Cells& cells, T empty, Convert one) {
  std::vector<T> values;
  for (const auto& cell : cells) {
    const auto value = cell.empty() ? std::optional(empty) : one(cell);
    if (!value) return std::nullopt;
    values.push_back(*value);
  }
  return values;
}

store::Column typed(const std::string& name, const Cells& cells) {
  const auto gaps = std::ranges::count(cells, "");
  if (gaps == static_cast<std::ptrdiff_t>(cells.size())) return {name, cells};
  const auto as_truth = [](const auto& cell) -> std::optional<std::int64_t> { return truth(cell); };
  if (const auto truths = convert<std::int64_t>(cells, -1, as_truth)) {
    if (gaps > 0) return {name, *truths};
    return {name, std::vector<std::uint8_t>(truths->begin(), truths->end())};
  }
  if (const auto integers = convert<std::int64_t>(cells, -1, number<std::int64_t>);
      integers && (gaps == 0 || std::ranges::count(*integers, -1) == gaps))
    return {name, *integers};
  if (const auto reals = convert<double>(cells, nan, number<double>)) return {name, *reals};
  return {name, cells};
}

double result(const ResultColumn& column, const CsvTable::Row& row, const std::string& cell,
              const std::string& origin) {
  if (cell.empty()) return nan;
  const auto value = number<double>(cell);
  KINDRED_VALIDATE(value, usage_error("{}, line {} ({} \"{}\" is no number) correct it, or leave it empty",
                                      origin, row.line, column.name, shown(cell)));
  KINDRED_VALIDATE(std::isnan(*value) || (*value >= column.low && *value <= column.high),
                   usage_error("{}, line {} ({} {} is not {}) correct it{}", origin, row.line, column.name,
                               *value, column.high == 1 ? "a share in [0, 1]" : "at least 0",
                               column.high == 1 ? "; divide percentages by 100" : ""));
  return *value;
}

/// The table's row of each run, and the names of the rows that are no run's.
std::vector<const CsvTable::Row*> rows_of(const CsvTable& table, std::size_t key,
                                          std::span<const std::string> runs, const std::string& origin,
                                          std::vector<std::string>& unused) {
  std::map<std::string_view, const CsvTable::Row*> by_name;
  for (const auto& row : table.rows) {
    const auto [found, is_new] = by_name.try_emplace(row.cells[key], &row);
    KINDRED_VALIDATE(is_new, usage_error("{}, line {} (run \"{}\" for the second time, after line {}) remove "
                                         "one of them",
                                         origin, row.line, shown(row.cells[key]), found->second->line));
  }
  std::vector<const CsvTable::Row*> rows;
  std::vector<std::string> missing;
  for (const auto& run : runs) {
    const auto found = by_name.find(run);
    if (found == by_name.end()) {
      missing.push_back(run);
      continue;
    }
    rows.push_back(found->second);
    by_name.erase(found);
  }
  if (!missing.empty()) {
    const auto first = std::span(missing).first(std::min<std::size_t>(missing.size(), 3));
    throw usage_error("{} (no row for {} of {} runs: {}{}) add them, with empty cells where nothing is known",
                      origin, missing.size(), runs.size(), fmt::join(first, ", "),
                      missing.size() > first.size() ? ", …" : "");
  }
  for (const auto& row : table.rows)
    if (by_name.contains(row.cells[key])) unused.push_back(row.cells[key]);
  return rows;
}

}  // namespace

Settings no_settings(std::size_t runs) {
  Settings settings;
  store::RunResult unknown;
  for (const auto& column : result_columns) unknown.*column.value = nan;
  settings.results.assign(runs, unknown);
  settings.datasets.resize(runs);
  return settings;
}

Settings settings_of(const CsvTable& table, std::span<const std::string> runs, const std::string& origin) {
  const auto key = static_cast<std::size_t>(std::ranges::find(table.header, "run") - table.header.begin());
  KINDRED_VALIDATE(key < table.header.size(),
                   usage_error("{} (no column run; it has {}) name the column with "
                               "the runs' names so",
                               origin, fmt::join(table.header, ", ")));
  auto settings = no_settings(runs.size());
  const auto rows = rows_of(table, key, runs, origin, settings.unused);
  for (std::size_t c = 0; c < table.header.size(); ++c) {
    const auto& name = table.header[c];
    if (c == key) continue;
    KINDRED_VALIDATE(std::ranges::find(own_columns, name) == own_columns.end() &&
                         name.find('/') == name.npos && name != ".",
                     usage_error("{} (a population file cannot take a column \"{}\"{}) rename it", origin,
                                 shown(name), name.find('/') == name.npos ? ", as it has its own" : ""));
    const auto found = std::ranges::find(result_columns, name, &ResultColumn::name);
    if (found != result_columns.end()) {
      for (std::size_t run = 0; run < runs.size(); ++run)
        settings.results[run].*found->value = result(*found, *rows[run], rows[run]->cells[c], origin);
      continue;
    }
    Cells cells;
    for (const auto* row : rows) cells.push_back(row->cells[c]);
    settings.columns.push_back(typed(name, cells));
    if (name == "data.dataset") settings.datasets = std::move(cells);
  }
  return settings;
}

}  // namespace kindred::ingest
