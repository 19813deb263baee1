#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace kindred::app {

/// "3h50m", "90s", "1d12h"; a bare number is seconds. Throws a usage error that names the option.
std::chrono::seconds parse_duration(const std::string& option, const std::string& text);
/// "4GiB", "500M", "1e9"; powers of 1024. Throws a usage error that names the option.
std::size_t parse_bytes(const std::string& option, const std::string& text);
/// A whole number of at least 1.
std::int64_t parse_count(const std::string& option, const std::string& text);

}  // namespace kindred::app
