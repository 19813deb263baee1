#include "ingest/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/time.hpp"
#include "store/disk.hpp"

namespace kindred::ingest {

ProgressLine::ProgressLine(std::int64_t total, std::int64_t settled, std::uint64_t bytes)
    : total_(total), before_(settled), bytes_(static_cast<double>(bytes)) {}

ProgressLine::~ProgressLine() {
  if (settled_ > 0) line_.finish(text());
}

void ProgressLine::report(const parallel::Progress& progress, std::uint64_t bytes) {
  if (progress.settled == 0) return;
  read_ += static_cast<double>(bytes);
  settled_ += progress.settled;
  diverged_ += progress.diverged;
  failed_ += progress.failed;
  line_.show([this] { return text(); });
}

std::string ProgressLine::text() const {
  const double elapsed = std::max(elapsed_.seconds(), 1e-3);
  std::string line = fmt::format(
      "{}/{} runs settled, {:.1f} runs/min, {}/s", before_ + static_cast<std::int64_t>(settled_), total_,
      60 * settled_ / elapsed, store::readable_bytes(static_cast<std::uint64_t>(read_ / elapsed)));
  if (read_ > 0 && read_ < bytes_)
    line += fmt::format(", {} left", duration_text(elapsed * (bytes_ - read_) / read_));
  if (diverged_ > 0) line += fmt::format(", {} diverged", diverged_);
  if (failed_ > 0) line += fmt::format(", {} failed", failed_);
  return line;
}

}  // namespace kindred::ingest
