#include <fmt/ranges.h>

#include <set>
#include <vector>

#include "sweep/record.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::sweep {
namespace {

using Values = std::set<Value>;

std::string values_text(const Values& values) {
  constexpr std::size_t most = 6;
  std::string text;
  std::size_t count = 0;
  for (const Value& value : values) {
    if (count == most) return text + fmt::format(", ... ({} values)", values.size());
    text += (count++ ? ", " : "") + to_text(value);
  }
  return text;
}

using Differences = std::vector<std::string>;

std::string difference(std::string_view key, const std::string& file, const std::string& given) {
  return fmt::format("{}: {} in the file, {} given", key, file, given);
}

template <class ValueOf>
void compare(std::string_view key, const Sweep& file, const Sweep& given, ValueOf value_of,
             Differences& found) {
  const auto values = [&](const Sweep& sweep) {
    Values all;
    for (const RunSettings& run : sweep.runs) all.insert(value_of(run));
    return all;
  };
  const Values ours = values(file), theirs = values(given);
  if (ours != theirs) found.push_back(difference(key, values_text(ours), values_text(theirs)));
}

}  // namespace

std::string describe_difference(const Sweep& file, const Sweep& given) {
  if (file.id() == given.id()) return "";
  Differences found;
  if (file.runs.size() != given.runs.size())
    found.push_back(difference("runs", std::to_string(file.runs.size()), std::to_string(given.runs.size())));
  for (const Key& key : keys())
    compare(
        key.name, file, given, [&](const RunSettings& run) { return run[key.name]; }, found);
  compare(
      "seed", file, given, [](const RunSettings& run) { return Value(run.seed); }, found);
  const auto ours = record_settings(file.record), theirs = record_settings(given.record);
  for (std::size_t i = 0; i < ours.size(); ++i)
    if (ours[i].second != theirs[i].second)
      found.push_back(difference(ours[i].first, ours[i].second, theirs[i].second));
  // The same values of every key, in other combinations or in another order.
  if (found.empty()) return "the combinations of settings, or their order";
  return fmt::format("{}", fmt::join(found, "; "));
}

}  // namespace kindred::sweep
