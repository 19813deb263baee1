#pragma once

#include <string>

namespace kindred {

/// The time now in UTC, "2026-01-31T12:00:00Z".
std::string utc_now();

/// Seconds since 1970 in UTC.
double unix_time();

/// "1h 02m", "3m 20s", "12s".
std::string duration_text(double seconds);

}  // namespace kindred
