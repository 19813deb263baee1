#include "app/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "core/printable.hpp"

namespace kindred::app {
namespace {

constexpr std::size_t gap = 2;
const std::string nothing = "–";

std::string padding(std::size_t width, const std::string& cell) {
  return std::string(width - std::min(width, shown_width(cell)), ' ');
}

}  // namespace

std::string printable(std::string text) {
  for (char& c : text) c = kindred::printable(c);
  return text;
}

std::size_t shown_width(const std::string& text) {
  // Bytes 10xxxxxx go on with a character.
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

void Table::add(const std::vector<std::string>& cells) {
  if (cells.size() != rows_.front().size()) throw std::logic_error("a table's row has another length");
  auto& row = rows_.emplace_back();
  for (const auto& cell : cells) row.push_back(printable(cell));
}

std::string Table::text(std::size_t indent, std::size_t width) const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < rows_.front().size(); ++column) {
    std::size_t widest = 0;
    for (const auto& row : rows_) widest = std::max(widest, shown_width(row[column]));
    widths.push_back(widest);
  }
  std::string text;
  for (std::size_t next = 1; next < widths.size() || text.empty();) {
    std::size_t used = indent + widths[0], end = next;
    for (; end < widths.size() && (end == next || used + gap + widths[end] <= width); ++end)
      used += gap + widths[end];
    if (!text.empty()) text += "\n";
    for (const auto& row : rows_) {
      std::string line = std::string(indent, ' ') + row[0] + padding(widths[0], row[0]);
      for (std::size_t column = next; column < end; ++column)
        line += std::string(gap, ' ') + padding(widths[column], row[column]) + row[column];
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + "\n";
    }
    next = end;
  }
  return text;
}

std::string number_text(double value, int digits) {
  if (std::isnan(value)) return nothing;
  if (value == 0 || std::isinf(value)) return fmt::format("{}", value);
  const auto scientific = fmt::format("{:.{}e}", value, digits - 1);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  if (exponent < -4 || exponent > 5) return scientific;
  return fmt::format("{:.{}f}", value, std::max(digits - 1 - exponent, 0));
}

std::string percent_text(double share) {
  return std::isnan(share) ? nothing : fmt::format("{:.2f}", 100 * share);
}

std::string median_text(double lower_quartile, double median, double upper_quartile) {
  if (std::isnan(median) || lower_quartile == upper_quartile) return number_text(median, 3);
  return fmt::format("{} [{}, {}]", number_text(median, 3), number_text(lower_quartile, 2),
                     number_text(upper_quartile, 2));
}

}  // namespace kindred::app
