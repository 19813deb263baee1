#include "core/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>

#include "core/error.hpp"

namespace kindred::log {

void configure(const std::string& level, int rank, int ranks) {
  auto logger =
      std::make_shared<spdlog::logger>("kindred", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_pattern(ranks > 1 ? fmt::format("%H:%M:%S %^%l%$ [{}] %v", rank) : "%H:%M:%S %^%l%$ %v");
  spdlog::set_default_logger(logger);
  const auto parsed = spdlog::level::from_str(level == "warn" ? "warning" : level);
  KINDRED_VALIDATE(parsed != spdlog::level::off || level == "off",
                   usage_error("unknown log level \"{}\" (allowed: debug, info, warn, error, off)", level));
  spdlog::set_level(parsed);
}

}  // namespace kindred::log
