#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "parallel/communicator.hpp"

namespace kindred::parallel {

/// What a rank tells rank 0 when it asks for work: what became of its last ticket.
struct Progress {
  double settled = 0;   ///< runs settled since the last report
  double diverged = 0;  ///< of these
  double failed = 0;
  double best_accuracy = -1;    ///< of these; negative when there is none
  double median_accuracy = -1;  ///< of these
};

/// Hands out the tickets 0..count-1, each once, in order, to whichever rank asks first. A helper thread on
/// rank 0 answers the others by point-to-point messages while rank 0 works too. Where MPI does not allow
/// concurrent calls, ticket t goes to rank t mod size.
class TicketQueue {
 public:
  /// `report` is called on rank 0 (from either thread, one at a time) for every report. Collective.
  TicketQueue(const Communicator& communicator, std::int64_t count, bool concurrent,
              std::function<void(int rank, const Progress&)> report = {});
  /// Waits until every rank has called finish(). Collective.
  ~TicketQueue();
  TicketQueue(const TicketQueue&) = delete;
  TicketQueue& operator=(const TicketQueue&) = delete;

  /// The next ticket for this rank, or nothing when none is left. Independent.
  std::optional<std::int64_t> next(const Progress& progress);
  /// This rank asks no more. Called by the destructor if need be. Independent.
  void finish(const Progress& progress);

 private:
  void serve();
  std::int64_t take(int rank, const Progress& progress);

  Communicator communicator_;
  std::int64_t count_;
  bool dynamic_;
  std::function<void(int, const Progress&)> report_;
  std::mutex mutex_;
  std::int64_t next_ = 0;
  bool finished_ = false;
  std::jthread helper_;
};

}  // namespace kindred::parallel
