#pragma once

#include "ingest/cohort.hpp"

namespace kindred::ingest {

/// What the networks' texts tell of the models, as columns that the settings do not have: model.activation,
/// model.architecture and model.heads. "" and -1 where a text tells nothing; no column where none does.
std::vector<store::Column> network_columns(const Inventory& inventory, const Architecture& architecture,
                                           const Settings& settings);

}  // namespace kindred::ingest
