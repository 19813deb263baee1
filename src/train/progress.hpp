#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/live_line.hpp"
#include "core/stopwatch.hpp"
#include "parallel/ticket_queue.hpp"

namespace kindred::train {

/// Tells the user how the population comes along: one live line at a terminal, a line a minute elsewhere.
class ProgressLine {
 public:
  /// `settled` runs of `total` were settled before this start.
  ProgressLine(std::int64_t total, std::int64_t settled);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// Of runs on `dataset`. `seconds_left`: of this training, where that can be told.
  void report(const parallel::Progress& progress, std::string_view dataset,
              std::optional<double> seconds_left);

 private:
  struct Accuracy {
    double best = -1;
    std::vector<double> medians;  ///< of packs
  };
  std::string text() const;
  std::string accuracy_text() const;

  std::int64_t total_, before_;
  double settled_ = 0, diverged_ = 0, failed_ = 0;
  std::map<std::string, Accuracy> accuracies_;  ///< by dataset
  std::optional<double> seconds_left_;
  Elapsed elapsed_;
  LiveLine line_;
};

}  // namespace kindred::train
