#include "train/settings_columns.hpp"

#include <limits>

namespace kindred::train {
namespace {

template <class T, class Get>
std::vector<T> collect(std::span<const sweep::RunSettings> runs, std::string_view key, T absent, Get get) {
  std::vector<T> values;
  values.reserve(runs.size());
  for (const auto& settings : runs) values.push_back(settings.has(key) ? get(settings) : absent);
  return values;
}

store::Column column(const sweep::Key& key, std::span<const sweep::RunSettings> runs) {
  store::Column result{std::string(key.name), {}};
  switch (key.kind) {
    case sweep::Kind::integer:
      result.values =
          collect<std::int64_t>(runs, key.name, -1, [&](const auto& s) { return s.integer(key.name); });
      break;
    case sweep::Kind::real:
      result.values = collect<double>(runs, key.name, std::numeric_limits<double>::quiet_NaN(),
                                      [&](const auto& s) { return s.real(key.name); });
      break;
    case sweep::Kind::string:
      result.values =
          collect<std::string>(runs, key.name, "", [&](const auto& s) { return s.text(key.name); });
      break;
    case sweep::Kind::list:
      result.values = collect<std::string>(runs, key.name, "",
                                           [&](const auto& s) { return sweep::to_text(s[key.name]); });
      break;
  }
  return result;
}

}  // namespace

std::vector<store::Column> settings_columns(std::span<const sweep::RunSettings> runs) {
  std::vector<store::Column> columns;
  for (const auto& key : sweep::keys()) columns.push_back(column(key, runs));
  std::vector<std::int64_t> seeds;
  for (const auto& settings : runs) seeds.push_back(settings.seed);
  columns.push_back({"seed", seeds});
  return columns;
}

}  // namespace kindred::train
