#pragma once

#include <optional>
#include <vector>

#include "core/stopwatch.hpp"
#include "population/run_record.hpp"
#include "statistics/describe.hpp"
#include "train/cohort.hpp"
#include "train/engine.hpp"
#include "train/pack.hpp"
#include "train/stop.hpp"

namespace kindred::train {

/// What a pack needs besides itself.
struct PackContext {
  const sweep::Sweep& sweep;
  const Cohort& cohort;
  const std::vector<store::Array>& arrays;  ///< of the cohort's layout
  const Engine& engine;
  Samples samples;
  statistics::Describer& describer;
  const StopRequest& stop;
  Stopwatch& recording;  ///< runs while statistics are taken and weights kept
};

struct FinishedRun {
  std::int64_t run = 0;
  population::RunRecord record;
  store::RunResult result;
};

/// Trains the runs from their initial values to the end and takes their statistics on the way; a run whose
/// loss or weights stop being finite ends as diverged with what it had: curves and statistics up to then, and
/// the weights and logits of that moment. Nothing when a stop was requested
/// first. Independent.
std::optional<std::vector<FinishedRun>> run_pack(const PackContext& context,
                                                 std::span<const std::int64_t> runs);

}  // namespace kindred::train
