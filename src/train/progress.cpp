#include "train/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/time.hpp"

namespace kindred::train {

ProgressLine::ProgressLine(std::int64_t total, std::int64_t settled) : total_(total), before_(settled) {}

ProgressLine::~ProgressLine() {
  if (settled_ > 0) line_.finish(text());
}

void ProgressLine::report(const parallel::Progress& progress, std::optional<double> seconds_left) {
  if (progress.settled == 0) return;
  seconds_left_ = seconds_left;
  settled_ += progress.settled;
  diverged_ += progress.diverged;
  failed_ += progress.failed;
  best_ = std::max(best_, progress.best_accuracy);
  if (progress.median_accuracy >= 0) medians_.push_back(progress.median_accuracy);
  line_.show([this] { return text(); });
}

std::string ProgressLine::text() const {
  const double elapsed = elapsed_.seconds();
  const double rate = settled_ / std::max(elapsed, 1e-3);
  const bool work_left = settled_ < static_cast<double>(total_ - before_);
  std::string line = fmt::format("{}/{} runs settled, {:.1f} runs/min",
                                 before_ + static_cast<std::int64_t>(settled_), total_, 60 * rate);
  if (work_left && seconds_left_) line += fmt::format(", {} left", duration_text(*seconds_left_));
  if (diverged_ > 0) line += fmt::format(", {} diverged", diverged_);
  if (failed_ > 0) line += fmt::format(", {} failed", failed_);
  if (!medians_.empty()) {
    auto sorted = medians_;
    std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2),
                     sorted.end());
    line += fmt::format(", test accuracy best {:.2f} % median {:.2f} %", 100 * best_,
                        100 * sorted[sorted.size() / 2]);
  }
  return line;
}

}  // namespace kindred::train
