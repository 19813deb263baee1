#include "compare/tile_progress.hpp"

#include <fmt/format.h>

#include "core/time.hpp"

namespace kindred::compare {

void TileProgress::add(std::size_t task) {
  done_ += tasks_[task].cost;
  ++count_;
  line_.show([this] { return text(); });
}

void TileProgress::finish() const {
  line_.finish(text() + fmt::format(", {}", duration_text(elapsed_.seconds())));
}

std::string TileProgress::text() const {
  const double share = total_ > 0 ? done_ / total_ : 1;
  std::string line = fmt::format("{}/{} tiles, {:.0f} %", count_, tasks_.size(), 100 * share);
  if (count_ < tasks_.size() && share > 0)
    line += fmt::format(", {} left", duration_text(elapsed_.seconds() * (1 / share - 1)));
  return line;
}

}  // namespace kindred::compare
