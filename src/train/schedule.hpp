#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "train/cost_model.hpp"

namespace kindred::train {

/// The order in which packs are handed out: costliest first by a cost model that learns from finished packs,
/// so that what is left at the end is short and no rank waits long for the last one. A pack's ticket is its
/// number. Deterministic; no messages, no clock. A call takes time linear in the number of kinds.
class Schedule {
 public:
  /// `kind_of` holds each ticket's kind. The tickets before `first` are taken before all others, in order.
  Schedule(CostModel model, const std::vector<std::size_t>& kind_of, std::int64_t first = 0);

  /// One of the first, then the costliest pack left, of equal ones the lowest ticket; nothing when none is
  /// left.
  std::optional<std::int64_t> take();
  /// The ticket's pack is over. `seconds` that it took, or 0 when that tells nothing. Any other ticket
  /// (a rank's first report has none) is ignored.
  void finished(std::int64_t ticket, double seconds);

  double seconds_of(std::int64_t ticket) const;
  /// Estimated seconds of all packs that are not over, on one rank.
  double seconds_left() const;
  const CostModel& model() const { return model_; }

 private:
  struct Line {
    std::vector<std::int64_t> tickets;  // ascending
    std::size_t taken = 0, over = 0;
  };

  CostModel model_;
  std::vector<std::size_t> kind_of_;
  std::vector<Line> lines_;  // by kind
  std::int64_t first_, first_taken_ = 0;
};

}  // namespace kindred::train
