#pragma once

#include <string>

#include "ingest/cohort.hpp"
#include "ingest/ingest.hpp"
#include "parallel/communicator.hpp"
#include "store/population_file.hpp"

namespace kindred::ingest {

/// All that a population of models is made from, the same on every rank.
struct Plan {
  Inventory inventory;
  Settings settings;
  sweep::Record record;
  std::vector<Cohort> cohorts;
  store::PopulationLayout layout;
};

/// Rank 0 reads the folder's headers and the other files; all ranks make the same plan of them. Collective.
/// Throws the errors of take_inventory, parse_csv, settings_of and make_cohorts.
Plan make_plan(const IngestOptions& options, const parallel::Communicator& world);

/// Tells the user what there is, and what of it is left aside.
void tell(const Plan& plan, const IngestOptions& options);

/// Throws a usage error, with what differs, for a population file that was not made from these models with
/// these options; an input/output error for a file that is none. Independent.
void check_definition(const Plan& plan, const std::string& path);

}  // namespace kindred::ingest
