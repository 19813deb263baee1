#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "store/population_file.hpp"

namespace kindred::merge {

/// A file to be merged.
struct Input {
  std::string path;
  store::PopulationLayout layout;
  std::vector<store::State> states;
  std::vector<std::uint64_t> checksums;
  store::TrainingTime time;
};

/// A run of one of the inputs.
struct Place {
  std::size_t input = 0;
  std::int64_t run = 0;
};

/// The column of this name; null where the layout has none.
const store::Column* find_column(const store::PopulationLayout& layout, const std::string& name);

/// The columns of /runs of all inputs but id, cohort and cohort_row, those of the first input first, for the
/// runs in `places`. Where an input lacks one, it does not apply to its runs: integer -1, real NaN, text "".
/// Truth values become integers then, and integers beside reals reals. Throws a usage error where one input
/// has numbers and another texts.
std::vector<store::Column> unite_columns(const std::vector<Input>& inputs, const std::vector<Place>& places);

}  // namespace kindred::merge
