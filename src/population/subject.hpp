#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "network/network.hpp"
#include "statistics/describe.hpp"
#include "statistics/structure.hpp"
#include "store/population_file.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::population {

/// What the networks of a cohort have in common that their statistics depend on.
struct Subject {
  struct Parameter {
    std::string name;
    std::int64_t offset = 0, size = 0;  ///< in the flat weights
  };
  std::vector<Parameter> parameters;
  statistics::Structure structure;
  std::vector<std::string> layer_names;        ///< of the structure's layers; none where nodes are not known
  std::vector<std::int64_t> snapshots;         ///< epochs at which statistics are taken
  std::vector<std::int64_t> weight_snapshots;  ///< epochs whose weights are kept
  statistics::DescribeOptions options;

  std::int64_t size() const;  ///< of the flat weights, P
};

statistics::DescribeOptions describe_options(const sweep::Record& record);

/// Of a network that Kindred can rebuild.
Subject subject_of(const network::Network& network);

/// Sets what is recorded: statistics at these epochs, ascending, and the weights of those that are kept.
void set_record(Subject& subject, std::vector<std::int64_t> snapshots, const sweep::Record& record);

/// Adds to a cohort's layout the arrays of statistics and weights, with their scales and
/// constants, and those of /population.
void add_statistics(store::CohortLayout& layout, const Subject& subject);

/// Adds the columns that say which run is where: id, and by the layout's cohorts cohort and cohort_row.
void add_identities(store::PopulationLayout& layout, std::vector<std::uint64_t> ids);

}  // namespace kindred::population
