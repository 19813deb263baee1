#pragma once

#include <cstdint>
#include <string>

#include "core/live_line.hpp"
#include "core/stopwatch.hpp"
#include "parallel/ticket_queue.hpp"

namespace kindred::ingest {

/// Tells the user how far the models are: one live line at a terminal, a line a minute elsewhere.
class ProgressLine {
 public:
  /// `settled` runs of `total` were settled before this start; the others' files have `bytes`.
  ProgressLine(std::int64_t total, std::int64_t settled, std::uint64_t bytes);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  /// `bytes`: of the files that this report is about.
  void report(const parallel::Progress& progress, std::uint64_t bytes);

 private:
  std::string text() const;

  std::int64_t total_, before_;
  double bytes_, read_ = 0, settled_ = 0, diverged_ = 0, failed_ = 0;
  Elapsed elapsed_;
  LiveLine line_;
};

}  // namespace kindred::ingest
