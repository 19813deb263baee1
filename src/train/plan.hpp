#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "train/cohort.hpp"
#include "train/engine.hpp"

namespace kindred::train {

/// What a sweep would do, without doing it.
struct Plan {
  struct CohortPlan {
    std::string name;
    std::int64_t runs = 0, packs = 0, parameters = 0, epochs = 0, snapshots = 0;
    std::int64_t pack = 1;       ///< runs that train together at most
    double seconds_per_run = 0;  ///< mean over its runs, of one rank
  };
  std::string sweep;
  std::int64_t runs = 0, duplicates = 0, ranks = 1;
  std::uint64_t file_bytes = 0;
  std::int64_t memory_bytes = 0;  ///< that a rank holds at most, its node's datasets included
  double seconds = 0;             ///< of the whole sweep on `ranks` ranks
  double utilisation = 0;         ///< of the ranks meanwhile
  std::vector<CohortPlan> cohorts;
};

/// Times a few training steps and an evaluation of each kind of pack (a tenth of a second or so each, on
/// images of zeros, half a minute in all) and plays the queue through. `pack`: runs that train together, 0
/// for what suits the engine. Independent.
Plan make_plan(const sweep::Sweep& sweep, const Engine& engine, std::int64_t pack, std::int64_t ranks);

/// A table to read, and JSON.
std::string to_text(const Plan& plan);
std::string to_json(const Plan& plan);

}  // namespace kindred::train
