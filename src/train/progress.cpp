#include "train/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/time.hpp"

namespace kindred::train {

ProgressLine::ProgressLine(std::int64_t total, std::int64_t settled) : total_(total), before_(settled) {}

ProgressLine::~ProgressLine() {
  if (settled_ > 0) line_.finish(text());
}

void ProgressLine::report(const parallel::Progress& progress, std::string_view dataset,
                          std::optional<double> seconds_left) {
  if (progress.settled == 0) return;
  seconds_left_ = seconds_left;
  settled_ += progress.settled;
  diverged_ += progress.diverged;
  failed_ += progress.failed;
  if (progress.median_accuracy >= 0) {
    auto& [best, medians] = accuracies_[std::string(dataset)];
    best = std::max(best, progress.best_accuracy);
    medians.push_back(progress.median_accuracy);
  }
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
  return line + accuracy_text();
}

std::string ProgressLine::accuracy_text() const {
  if (accuracies_.empty()) return "";
  if (accuracies_.size() == 1) {
    auto [best, medians] = accuracies_.begin()->second;
    const auto middle = medians.begin() + std::ssize(medians) / 2;
    std::nth_element(medians.begin(), middle, medians.end());
    return fmt::format(", test accuracy best {:.2f} % median {:.2f} %", 100 * best, 100 * *middle);
  }
  // Accuracies on different images have no common median.
  std::string text = ", best test accuracy";
  for (const auto& [dataset, accuracy] : accuracies_)
    text += fmt::format(" {} {:.2f} %", dataset, 100 * accuracy.best);
  return text;
}

}  // namespace kindred::train
