#pragma once

#include <optional>
#include <vector>

#include "sweep/values.hpp"

namespace kindred::sweep {

/// Numbers from `low` to `high`, both included, which are of the key's kind and allowed; low < high.
struct Range {
  Value low, high;
  bool log = false;  ///< drawn uniformly in the logarithm; low > 0
};

/// What a [[sweep]] gives one key: values to choose from, or a range instead of them.
struct Axis {
  struct Choice {
    Value value;
    int line;
  };
  std::size_t key;  ///< index in keys()
  std::vector<Choice> choices;
  std::optional<Range> range;
  int line = 0;
};

/// Reads the axis of a setting. Throws a Refusal.
Axis read_axis(const Definition& definition, const Assignment& assignment);

}  // namespace kindred::sweep
