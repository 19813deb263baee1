#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace kindred {

/// Tells the user how some work comes along: one live line at a terminal, a line a minute in the log
/// elsewhere.
class LiveLine {
 public:
  LiveLine();
  /// `text` is made only where it is told.
  void show(const std::function<std::string()>& text);
  /// Takes the live line away and logs `text`.
  void finish(const std::string& text) const;

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
  bool terminal_;
};

}  // namespace kindred
