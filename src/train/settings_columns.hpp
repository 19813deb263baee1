#pragma once

#include <span>
#include <vector>

#include "store/population_file.hpp"
#include "sweep/settings.hpp"

namespace kindred::train {

/// One column of /runs for every setting, and `seed`. Where a setting does not apply: integer -1, real NaN,
/// string "", list "".
std::vector<store::Column> settings_columns(std::span<const sweep::RunSettings> runs);

}  // namespace kindred::train
