#include "train/stop.hpp"

#include <csignal>

namespace kindred::train {
namespace {

std::atomic<bool> signalled{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may set only such a flag");

void handle(int) { signalled = true; }

constexpr int signals[] = {SIGUSR1, SIGTERM, SIGINT};

}  // namespace

StopRequest::StopRequest(std::optional<std::chrono::seconds> limit) {
  if (limit) deadline_ = std::chrono::steady_clock::now() + *limit - std::chrono::seconds(30);
  signalled = false;
  for (const int signal : signals) std::signal(signal, handle);
}

StopRequest::~StopRequest() {
  for (const int signal : signals) std::signal(signal, SIG_DFL);
}

bool StopRequest::requested() const {
  return signalled || (deadline_ && std::chrono::steady_clock::now() >= *deadline_);
}

}  // namespace kindred::train
