#include "app/summary_settings.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "app/json.hpp"
#include "app/table.hpp"
#include "core/error.hpp"
#include "store/runs_table.hpp"

namespace kindred::app {
namespace {

/// What the schema names in /runs besides settings.
std::set<std::string> other_columns() {
  std::set<std::string> names{"run", "id", "cohort", "cohort_row", "state", "checksum", "pack"};
  for (const auto& field : store::kResultFields) names.insert(field.name);
  for (const auto& field : store::kTimeFields) names.insert(field.name);
  for (const auto& field : {store::kHost, store::kEngine, store::kMessage}) names.insert(field.name);
  return names;
}

}  // namespace

Setting::Setting(const store::PopulationFile& file, const std::string& name) : values_(read(file, name)) {
  const auto length = std::visit([](const auto& values) { return values.size(); }, values_);
  KINDRED_VALIDATE(static_cast<std::int64_t>(length) == file.runs(),
                   io_error("the column {} of /runs has {} values for {} runs (the file is damaged)", name,
                            length, file.runs()));
}

Setting::Values Setting::read(const store::PopulationFile& file, const std::string& name) {
  // The file's reader refuses the kinds that a column is not of.
  try {
    return file.texts(name);
  } catch (const Error&) {
  }
  try {
    return file.integers(name);
  } catch (const Error&) {
  }
  return file.reals(name);
}

nlohmann::ordered_json Setting::json(std::size_t run) const {
  if (const auto* reals = std::get_if<std::vector<double>>(&values_)) return json_number((*reals)[run]);
  if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&values_)) return (*integers)[run];
  return std::get<std::vector<std::string>>(values_)[run];
}

std::string Setting::text(std::size_t run) const {
  if (const auto* reals = std::get_if<std::vector<double>>(&values_))
    return std::isnan((*reals)[run]) ? "–" : fmt::format("{}", (*reals)[run]);
  if (const auto* integers = std::get_if<std::vector<std::int64_t>>(&values_))
    return (*integers)[run] == -1 ? "–" : fmt::format("{}", (*integers)[run]);
  const auto& text = std::get<std::vector<std::string>>(values_)[run];
  return text.empty() ? "–" : printable(text);
}

bool Setting::less(std::size_t run, std::size_t other) const {
  if (const auto* reals = std::get_if<std::vector<double>>(&values_)) {
    const double a = (*reals)[run], b = (*reals)[other];
    return std::isnan(a) ? !std::isnan(b) : a < b;
  }
  return std::visit([&](const auto& values) { return values[run] < values[other]; }, values_);
}

std::vector<std::string> setting_names(const store::PopulationFile& file) {
  auto names = file.column_names();
  const auto others = other_columns();
  std::erase_if(names, [&](const std::string& name) { return others.contains(name); });
  return names;
}

}  // namespace kindred::app
