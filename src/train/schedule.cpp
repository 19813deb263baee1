#include "train/schedule.hpp"

namespace kindred::train {

Schedule::Schedule(CostModel model, const std::vector<std::size_t>& kind_of, std::int64_t first)
    : model_(std::move(model)), kind_of_(kind_of), lines_(model_.size()), first_(first) {
  for (std::size_t ticket = 0; ticket < kind_of_.size(); ++ticket)
    lines_[kind_of_[ticket]].tickets.push_back(static_cast<std::int64_t>(ticket));
}

std::optional<std::int64_t> Schedule::take() {
  if (first_taken_ < first_) {
    // They are the lowest tickets of their lines too.
    ++lines_[kind_of_[static_cast<std::size_t>(first_taken_)]].taken;
    return first_taken_++;
  }
  Line* best = nullptr;
  double most = 0;
  for (std::size_t kind = 0; kind < lines_.size(); ++kind) {
    auto& line = lines_[kind];
    if (line.taken == line.tickets.size()) continue;
    const double seconds = model_.seconds(kind);
    const bool earlier = best && line.tickets[line.taken] < best->tickets[best->taken];
    if (best && (seconds < most || (seconds == most && !earlier))) continue;
    best = &line;
    most = seconds;
  }
  if (!best) return std::nullopt;
  return best->tickets[best->taken++];
}

void Schedule::finished(std::int64_t ticket, double seconds) {
  if (ticket < 0 || ticket >= static_cast<std::int64_t>(kind_of_.size())) return;
  const auto kind = kind_of_[static_cast<std::size_t>(ticket)];
  ++lines_[kind].over;
  model_.observe(kind, seconds);
}

double Schedule::seconds_of(std::int64_t ticket) const {
  return model_.seconds(kind_of_[static_cast<std::size_t>(ticket)]);
}

double Schedule::seconds_left() const {
  double seconds = 0;
  for (std::size_t kind = 0; kind < lines_.size(); ++kind)
    seconds += model_.seconds(kind) * static_cast<double>(lines_[kind].tickets.size() - lines_[kind].over);
  return seconds;
}

}  // namespace kindred::train
