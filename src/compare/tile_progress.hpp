#pragma once

#include <vector>

#include "compare/tasks.hpp"
#include "core/live_line.hpp"
#include "core/stopwatch.hpp"

namespace kindred::compare {

/// Tells the user which share of the work is done and how long the rest will take: one live line at a
/// terminal, a line a minute elsewhere. Independent (rank 0).
class TileProgress {
 public:
  explicit TileProgress(const std::vector<Task>& tasks) : tasks_(tasks), total_(cost_of(tasks)) {}
  /// A tile of these is done.
  void add(std::size_t task);
  /// The last word.
  void finish() const;

 private:
  std::string text() const;
  const std::vector<Task>& tasks_;
  Elapsed elapsed_;
  double total_, done_ = 0;
  std::size_t count_ = 0;
  LiveLine line_;
};

}  // namespace kindred::compare
