#pragma once

#include <vector>

#include "parallel/ticket_queue.hpp"
#include "train/node_data.hpp"
#include "train/pack.hpp"
#include "train/run_pack.hpp"

namespace kindred::train {

/// One rank's part of a training: pulls packs, trains them, writes their runs.
class Worker {
 public:
  Worker(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts, const store::PopulationLayout& layout,
         const NodeData& data, const Engine& engine, const StopRequest& stop, store::PopulationFile& file);

  /// Pulls packs until none is left, a stop is requested, or two packs in a row failed. Independent.
  void pull(parallel::TicketQueue& queue, const std::vector<Pack>& packs);
  /// Seconds spent on packs, writing included.
  double busy_seconds() const { return busy_; }
  /// Those of them spent on statistics, on copies of what is kept, and on writing.
  double recording_seconds() const { return recording_.seconds(); }

 private:
  void train_pack(const Pack& pack, std::int64_t number);
  /// Trains the runs together; when that fails, one by one; a run that fails alone is marked failed. False
  /// when they do not fit in the device's memory together, and smaller packs of the cohort are to be tried.
  bool train_runs(const Pack& pack, std::span<const std::int64_t> runs, std::int64_t number);
  void mark_failed(std::int64_t run, const std::string& why);
  void write(std::vector<FinishedRun>& finished, double seconds, std::int64_t number);
  void count(store::State state, double accuracy);
  parallel::Progress take_progress();

  const sweep::Sweep& sweep_;
  const std::vector<Cohort>& cohorts_;
  const store::PopulationLayout& layout_;
  const NodeData& data_;
  const Engine& engine_;
  const StopRequest& stop_;
  store::PopulationFile& file_;
  statistics::Describer describer_;
  std::string host_;
  std::vector<std::size_t> fitting_;  ///< runs of each cohort that fit in this rank's device together
  parallel::Progress progress_;
  std::vector<double> accuracies_;
  std::size_t done_ = 0;  ///< runs of this pack that trained to the end
  double busy_ = 0;
  Stopwatch recording_;
  bool pack_failed_ = false;
};

}  // namespace kindred::train
