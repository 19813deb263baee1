#pragma once

#include "merge/columns.hpp"

namespace kindred::merge {

/// What is merged from where.
struct Plan {
  store::PopulationLayout layout;    ///< of the merged file; `created` and the like are the caller's
  std::vector<Place> sources;        ///< by run: the one that is taken
  std::vector<store::State> states;  ///< of these
};

/// Reads what a population file holds besides its arrays. Independent. Throws an input/output error when it
/// is damaged.
Input read_input(const std::string& path);

/// The runs of all inputs, each identity once, in the order in which they first appear. A settled run is
/// taken before a failed, a failed one before a pending one. Throws an input/output error that names the runs
/// where two settled ones of an identity have unlike states or checksums; a usage error that names the
/// difference where cohorts of one name are laid out in different ways or a run is in cohorts of different
/// names.
Plan make_plan(const std::vector<Input>& inputs);

}  // namespace kindred::merge
