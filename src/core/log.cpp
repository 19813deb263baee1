#include "core/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include "core/error.hpp"
#include "core/printable.hpp"

namespace kindred::log {
namespace {

/// The message on one line, without control characters.
class PrintableText : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    for (const char c : message.payload) out.push_back(printable(c));
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<PrintableText>(); }
};

}  // namespace

void configure(const std::string& level, int rank, int ranks) {
  auto logger =
      std::make_shared<spdlog::logger>("kindred", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  auto formatter = std::make_unique<spdlog::pattern_formatter>();
  formatter->add_flag<PrintableText>('v');
  formatter->set_pattern(ranks > 1 ? fmt::format("%H:%M:%S %^%l%$ [{}] %v", rank) : "%H:%M:%S %^%l%$ %v");
  logger->set_formatter(std::move(formatter));
  spdlog::set_default_logger(logger);
  const auto parsed = spdlog::level::from_str(level == "warn" ? "warning" : level);
  KINDRED_VALIDATE(parsed != spdlog::level::off || level == "off",
                   usage_error("unknown log level \"{}\" (allowed: debug, info, warn, error, off)", level));
  spdlog::set_level(parsed);
}

}  // namespace kindred::log
