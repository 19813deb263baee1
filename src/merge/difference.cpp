#include "merge/difference.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace kindred::merge {
namespace {

struct Cause {
  std::string_view dimension, keys;
};
constexpr std::array<Cause, 5> causes{{{"bin", "record.histogram_bins or record.histogram_range"},
                                       {"probability", "record.quantiles"},
                                       {"probe", "record.probes"},
                                       {"snapshot", "record.snapshots"},
                                       {"weights_snapshot", "record.weights"}}};

/// " (record.probes)", or "" where no setting of [record] decides.
std::string cause_of(const std::string& dimension) {
  const auto cause = std::ranges::find(causes, dimension, &Cause::dimension);
  return cause == causes.end() ? "" : fmt::format(" ({})", cause->keys);
}

/// The setting that decides whether there is such an array.
std::string cause_of(const store::Array& array) {
  return cause_of(array.dimensions.empty() ? std::string() : array.dimensions.front().name);
}

const store::Array* array_of(const std::vector<store::Array>& arrays, const std::string& name) {
  const auto found = std::ranges::find(arrays, name, &store::Array::name);
  return found == arrays.end() ? nullptr : &*found;
}

/// Coordinates that no layout has are as good as none.
store::Coordinate scale_of(const store::CohortLayout& cohort, const std::string& name) {
  for (const auto& [scale, values] : cohort.scales)
    if (scale == name) return values;
  return std::monostate{};
}

std::string of_arrays(const std::vector<store::Array>& found, const std::vector<store::Array>& wanted,
                      const store::CohortLayout& found_in, const store::CohortLayout& wanted_in) {
  for (const auto& array : wanted) {
    const auto* other = array_of(found, array.name);
    if (!other) return fmt::format("no array {}{}", array.name, cause_of(array));
    const auto& ours = array.dimensions;
    const auto& theirs = other->dimensions;
    if (other->type != array.type ||
        !std::ranges::equal(ours, theirs, {}, &store::Dimension::name, &store::Dimension::name))
      return fmt::format("another kind of array {}", array.name);
    for (std::size_t i = 0; i < ours.size(); ++i)
      if (ours[i].size != theirs[i].size)
        return fmt::format("{} of {}, not {}, along {}{}", array.name, theirs[i].size, ours[i].size,
                           ours[i].name, cause_of(ours[i].name));
    for (const auto& dimension : ours)
      if (scale_of(found_in, dimension.name) != scale_of(wanted_in, dimension.name))
        return fmt::format("{} with other values of {}{}", array.name, dimension.name,
                           cause_of(dimension.name));
  }
  return "";
}

std::string of_constants(const store::CohortLayout& found, const store::CohortLayout& wanted) {
  for (const auto& constant : wanted.constants) {
    const auto other = std::ranges::find(found.constants, constant.name, &store::Constant::name);
    if (other == found.constants.end() || other->dimension != constant.dimension ||
        other->values != constant.values)
      return fmt::format("another {}", constant.name);
  }
  return "";
}

}  // namespace

std::string difference(const store::CohortLayout& found, const store::CohortLayout& wanted) {
  return of_arrays(found.arrays, wanted.arrays, found, wanted);
}

std::string any_difference(const store::CohortLayout& found, const store::CohortLayout& wanted) {
  for (const auto& [name, text] : wanted.attributes)
    if (const auto other = found.attributes.find(name);
        other == found.attributes.end() || other->second != text)
      return fmt::format("another attribute {}", name);
  if (const auto what = difference(found, wanted); !what.empty()) return what;
  for (const auto& array : found.arrays)
    if (!array_of(wanted.arrays, array.name))
      return fmt::format("an array {} more{}", array.name, cause_of(array));
  if (const auto what = of_constants(found, wanted); !what.empty()) return what;
  if (const auto what = of_arrays(found.population, wanted.population, found, wanted); !what.empty())
    return what + " in /population";
  if (found.population.size() != wanted.population.size() ||
      found.constants.size() != wanted.constants.size() ||
      found.attributes.size() != wanted.attributes.size())
    return "more arrays or attributes (from another version of kindred)";
  if (!std::ranges::equal(found.arrays, wanted.arrays, {}, &store::Array::name, &store::Array::name))
    return "another order of arrays";
  return "";
}

}  // namespace kindred::merge
