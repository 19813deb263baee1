#pragma once

#include <chrono>

namespace kindred {

/// The seconds since it was made.
class Elapsed {
 public:
  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_ = Clock::now();
};

/// Adds up the seconds that parts of some work take.
class Stopwatch {
 public:
  template <class Work>
  void time(const Work& work) {
    const Elapsed elapsed;
    work();
    seconds_ += elapsed.seconds();
  }
  double seconds() const { return seconds_; }

 private:
  double seconds_ = 0;
};

}  // namespace kindred
