#pragma once

#include <string>
#include <vector>

#include "train/run_pack.hpp"

namespace kindred::train {

/// What the runs of a pack leave: curves, statistics, weights and logits, taken from the trainer on the way.
/// A run whose loss or weights stop being finite ends as diverged with what it had. Independent.
class PackRecorder {
 public:
  /// `context` and `trainer` must outlive it.
  PackRecorder(const PackContext& context, std::span<const std::int64_t> runs, PackTrainer& trainer);

  /// Whether a run has not diverged.
  bool any_active() const;
  /// Marks the runs whose training loss is not finite. Returns any_active.
  bool check_losses(std::int64_t epoch);
  /// The training's curves after an epoch.
  void record_training(std::int64_t epoch);
  /// Evaluates, and takes the snapshot that is due, after an epoch; 0: before the first.
  void record_epoch(std::int64_t epoch);
  /// The logits of those that trained to the end.
  void keep_logits();

  void save(ByteWriter& out);
  void restore(ByteReader& in);
  std::vector<FinishedRun> take() { return std::move(finished_); }

 private:
  bool active(std::size_t member) const { return finished_[member].result.state == store::State::done; }
  void mark_diverged(std::size_t member, std::string what);
  void record_sums(std::string_view loss, std::string_view accuracy, std::int64_t epoch,
                   const std::vector<Sums>& sums);
  void evaluate(std::int64_t epoch);
  void take_snapshot(std::int64_t epoch);
  void describe_members(std::int64_t epoch, std::size_t snapshot);
  void keep_weights(std::int64_t epoch);
  void copy_weights(std::size_t member, std::size_t snapshot);
  void copy_logits(std::size_t member);

  const PackContext& context_;
  PackTrainer& trainer_;
  std::vector<FinishedRun> finished_;
  statistics::Description description_;
};

}  // namespace kindred::train
