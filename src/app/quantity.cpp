#include "app/quantity.hpp"

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "core/error.hpp"

namespace kindred::app {
namespace {

/// The number at the front of `text`, which is cut off; nothing when there is none.
std::optional<double> take_number(std::string_view& text) {
  double value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

double unit_seconds(char unit) {
  switch (unit) {
    case 's':
      return 1;
    case 'm':
      return 60;
    case 'h':
      return 3600;
    case 'd':
      return 86400;
    default:
      return 0;
  }
}

}  // namespace

std::chrono::seconds parse_duration(const std::string& option, const std::string& text) {
  double total = 0;
  std::string_view rest = text;
  bool right = !rest.empty();
  while (right && !rest.empty()) {
    const auto value = take_number(rest);
    const double unit = rest.empty() ? 1 : unit_seconds(rest.front());
    right = value.has_value() && unit > 0;
    if (!rest.empty()) rest.remove_prefix(1);
    total += right ? *value * unit : 0;
  }
  KINDRED_VALIDATE(right && total >= 1 && total < 1e9,
                   usage_error("{} {}: not a length of time (write 3h50m, 90s or 2d)", option, text));
  return std::chrono::seconds(static_cast<std::int64_t>(total));
}

std::size_t parse_bytes(const std::string& option, const std::string& text) {
  std::string_view rest = text;
  const auto value = take_number(rest);
  double unit = 1;
  if (!rest.empty()) {
    const auto power = std::string_view("KMGT").find(rest.front());
    unit = power == std::string_view::npos ? (rest == "B" ? 1 : 0)
                                           : std::pow(1024.0, static_cast<double>(power + 1));
    const auto suffix = rest.substr(1);
    if (!suffix.empty() && suffix != "B" && suffix != "iB") unit = 0;
  }
  KINDRED_VALIDATE(value && unit > 0 && *value * unit >= 1 && *value * unit < 1e18,
                   usage_error("{} {}: not an amount of memory (write 4GiB or 500M)", option, text));
  return static_cast<std::size_t>(*value * unit);
}

std::int64_t parse_count(const std::string& option, const std::string& text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  KINDRED_VALIDATE(code == std::errc() && end == text.data() + text.size() && value >= 1,
                   usage_error("{} {}: not a whole number of at least 1", option, text));
  return value;
}

}  // namespace kindred::app
