#pragma once

#include <spdlog/spdlog.h>

#include <string>

namespace kindred::log {

using spdlog::debug;
using spdlog::error;
using spdlog::info;
using spdlog::warn;

/// Sends diagnostics to stderr, each message on one line, with the rank when there are several. Control
/// characters are not shown (printable.hpp).
/// `level` is debug, info, warn, error or off. Throws a usage error for another word.
void configure(const std::string& level, int rank = 0, int ranks = 1);

}  // namespace kindred::log
