#pragma once

#include <atomic>
#include <chrono>
#include <optional>

namespace kindred::train {

/// Whether this process should stop: SIGUSR1, SIGTERM or SIGINT arrived, or the time limit is near.
class StopRequest {
 public:
  /// `limit` counts from now; the stop comes 30 s before it, so that what is in training gets saved.
  explicit StopRequest(std::optional<std::chrono::seconds> limit);
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  bool requested() const;
  /// Writing what must be written at the end may take so many seconds: the stop comes as long before the
  /// limit as the longest time given here, and 30 s at least.
  void leave(double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<Clock::time_point> limit_;
  Clock::duration left_;
};

}  // namespace kindred::train
