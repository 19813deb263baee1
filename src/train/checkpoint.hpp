#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "store/population_file.hpp"

namespace kindred::train {

/// The packs that are in training, a file each in the folder <population>.checkpoints: written every interval
/// and at a stop, removed when the pack's runs are settled. A file holds the state of a PackRun, the runs,
/// and what it depends on. Each rank has its own object and touches the files of its own packs alone, but for
/// `collect`. Independent.
class Checkpoints {
 public:
  /// `sweep_id` and `engine` must be equal for a pack to go on from its file.
  Checkpoints(const std::string& population, std::string sweep_id, std::string engine,
              std::chrono::duration<double> interval);

  /// The packs that can go on, as they were, by the first run of each: those with runs that are pending. What
  /// is of no use any more is removed, and so is the folder when nothing is left in it. Throws an
  /// input/output error, or one of the file system, where a file cannot be read. Rank 0 alone, before any
  /// pack is trained.
  std::vector<std::vector<std::int64_t>> collect(const std::vector<store::State>& states) const;

  /// The state that was written for these runs. Nothing when there is none, or, after a warning, when it is
  /// damaged (then it is removed) or cannot be read.
  std::optional<std::vector<std::byte>> read(std::span<const std::int64_t> runs) const;

  /// Whether an interval has passed since the last `write` or `restart_interval`.
  bool is_due() const;
  void restart_interval();
  /// Replaces the state of these runs. Returns the seconds that it took. When the disk does not take it, that
  /// is a warning, the earlier file stays, and training goes on.
  double write(std::span<const std::int64_t> runs, std::span<const std::byte> state);
  void remove(std::span<const std::int64_t> runs) const;
  /// Removes the folder, if nothing is in it.
  void remove_folder() const;

 private:
  std::string path_of(std::span<const std::int64_t> runs) const;

  std::string folder_, sweep_id_, engine_;
  std::chrono::duration<double> interval_;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace kindred::train
