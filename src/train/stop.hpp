#pragma once

#include <atomic>
#include <chrono>
#include <optional>

namespace kindred::train {

/// Whether this process should stop: SIGUSR1, SIGTERM or SIGINT arrived, or the time limit is near.
class StopRequest {
 public:
  /// `limit` counts from now; the stop comes 30 s before it, so that what is finished gets written.
  explicit StopRequest(std::optional<std::chrono::seconds> limit);
  ~StopRequest();
  StopRequest(const StopRequest&) = delete;
  StopRequest& operator=(const StopRequest&) = delete;

  bool requested() const;

 private:
  std::optional<std::chrono::steady_clock::time_point> deadline_;
};

}  // namespace kindred::train
