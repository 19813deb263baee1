#pragma once

#include <vector>

#include "sweep/settings.hpp"

namespace kindred::sweep {

/// The settings of a run while it is put together, in the order of keys(): each value and the line that gave
/// it, 0 for a default.
struct Draft {
  std::vector<Value> values;
  std::vector<int> lines;
};

/// Refuses values that are allowed one by one but impossible together: patches that do not divide the image,
/// heads that do not divide the width, more pooling stages than the image has halves. The draft is without
/// what is out of scope. Throws a Refusal that names the keys.
void check_combination(const Draft& draft);

}  // namespace kindred::sweep
