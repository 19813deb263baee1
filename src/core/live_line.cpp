#include "core/live_line.hpp"

#include <unistd.h>

#include <cstdio>

#include "core/log.hpp"

namespace kindred {

LiveLine::LiveLine() : terminal_(isatty(STDERR_FILENO) == 1) {}

void LiveLine::show(const std::function<std::string()>& text) {
  const auto now = Clock::now();
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s", text().c_str());
    std::fflush(stderr);
  } else if (now - last_ >= std::chrono::minutes(1)) {
    last_ = now;
    log::info("{}", text());
  }
}

void LiveLine::finish(const std::string& text) const {
  if (terminal_) std::fprintf(stderr, "\r\033[K");
  log::info("{}", text);
}

}  // namespace kindred
