#pragma once

#include <optional>
#include <vector>

#include "core/stopwatch.hpp"
#include "population/run_record.hpp"
#include "statistics/describe.hpp"
#include "train/checkpoint.hpp"
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
  StopRequest& stop;
  Checkpoints& checkpoints;
  Stopwatch& recording;  ///< runs while statistics are taken, weights kept and checkpoints written
};

struct FinishedRun {
  std::int64_t run = 0;
  population::RunRecord record;
  store::RunResult result;
  double earlier_seconds = 0;  ///< that the pack had trained when it last was stopped or killed
};

/// Trains the runs from their checkpoint, or else from their initial values, to the end and takes their
/// statistics on the way; a run whose loss or weights stop being finite ends as diverged with what it had:
/// curves and statistics up to then, and the weights and logits of that moment. Writes checkpoints as they
/// are due. Nothing when a stop was requested first; then there is a checkpoint of that moment. Independent.
std::optional<std::vector<FinishedRun>> run_pack(const PackContext& context,
                                                 std::span<const std::int64_t> runs);

}  // namespace kindred::train
