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
    double seconds_per_run = 0;  ///< of one core, from steps timed on this machine
  };
  std::string sweep;
  std::int64_t runs = 0, duplicates = 0, ranks = 1;
  std::uint64_t file_bytes = 0;
  double seconds = 0;  ///< of the whole sweep on `ranks` ranks
  std::vector<CohortPlan> cohorts;
};

/// Times a few training steps and an evaluation of each cohort (under a second each, on images of zeros)
/// and adds up. Independent.
Plan make_plan(const sweep::Sweep& sweep, const Engine& engine, std::int64_t pack_size, std::int64_t ranks);

/// A table to read, and JSON.
std::string to_text(const Plan& plan);
std::string to_json(const Plan& plan);

}  // namespace kindred::train
