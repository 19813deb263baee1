#include "train/stop.hpp"

#include <algorithm>
#include <csignal>

#include "core/error.hpp"

namespace kindred::train {
namespace {

std::atomic<bool> signalled{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set only such a flag");

void handle(int) { signalled = true; }

constexpr std::chrono::seconds shortest_time_left{30};
constexpr int signals[] = {SIGUSR1, SIGTERM, SIGINT};

}  // namespace

StopRequest::StopRequest(std::optional<std::chrono::seconds> limit) : left_(shortest_time_left) {
  KINDRED_VALIDATE(
      !limit || *limit > shortest_time_left,
      usage_error("a time limit of {} s leaves no time to work (the stop comes 30 s before it, to "
                  "save what is in training) give more",
                  limit->count()));
  if (limit) limit_ = Clock::now() + *limit;
  signalled = false;
  for (const int signal : signals) std::signal(signal, handle);
}

StopRequest::~StopRequest() {
  for (const int signal : signals) std::signal(signal, SIG_DFL);
}

bool StopRequest::requested() const { return signalled || (limit_ && Clock::now() + left_ >= *limit_); }

void StopRequest::leave(double seconds) {
  left_ =
      std::max(left_, std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)));
}

}  // namespace kindred::train
