#pragma once

#include <chrono>

namespace kindred {

/// Adds up the seconds that parts of some work take.
class Stopwatch {
 public:
  template <class Work>
  void time(const Work& work) {
    const auto start = Clock::now();
    work();
    seconds_ += std::chrono::duration<double>(Clock::now() - start).count();
  }
  double seconds() const { return seconds_; }

 private:
  using Clock = std::chrono::steady_clock;
  double seconds_ = 0;
};

}  // namespace kindred
