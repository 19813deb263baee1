#pragma once

#include <vector>

#include "parallel/ticket_queue.hpp"
#include "train/run_pack.hpp"
#include "train/training.hpp"

namespace kindred::train {

/// One rank's part of a training: pulls packs, trains them, writes their runs.
class Worker {
 public:
  explicit Worker(const Training& training);

  /// Pulls packs until none is left, a stop is requested, or two runs in a row failed. Independent.
  void pull(parallel::TicketQueue& queue, const std::vector<Pack>& packs);
  /// Seconds spent on packs, writing included.
  double busy_seconds() const { return busy_; }
  /// Those of them spent on statistics, on copies of what is kept, and on writing.
  double recording_seconds() const { return recording_.seconds(); }

 private:
  /// Whether no more work is to be begun.
  bool ends() const { return training_.stop.requested() || failed_in_a_row_ >= 2; }
  void train_pack(const Pack& pack, std::int64_t number);
  /// Trains the runs together; when that fails, one by one; a run that fails alone is marked failed. False
  /// when they do not fit in the device's memory together, and smaller packs of the cohort are to be tried.
  bool train_runs(const Pack& pack, std::span<const std::int64_t> runs, std::int64_t number);
  /// Before this start: of a pack that was killed while it was written, some runs are.
  bool is_settled(std::int64_t run) const;
  void mark_failed(std::int64_t run, const std::string& why);
  void write(std::vector<FinishedRun>& finished, double seconds, std::int64_t number);
  void count(store::State state, double accuracy);
  parallel::Progress take_progress();

  const Training& training_;
  statistics::Describer describer_;
  std::string host_;
  std::vector<std::size_t> fitting_;  ///< runs of each cohort that fit in this rank's device together
  parallel::Progress progress_;
  std::vector<double> accuracies_;
  std::size_t done_ = 0;  ///< runs of this pack that trained to the end
  double busy_ = 0;
  Stopwatch recording_;
  int failed_in_a_row_ = 0;  ///< runs
};

}  // namespace kindred::train
