#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "parallel/communicator.hpp"

namespace kindred::parallel {

/// What a rank tells rank 0 when it asks for work: what became of its last ticket.
struct Progress {
  double ticket = -1;   ///< the last ticket; negative when there is none
  double seconds = 0;   ///< that it took; 0 when that tells nothing, as its work ended early
  double settled = 0;   ///< runs settled since the last report
  double diverged = 0;  ///< of these
  double failed = 0;
  double best_accuracy = -1;    ///< of these; negative when there is none
  double median_accuracy = -1;  ///< of these
};

/// Hands out the tickets 0..count-1, each once, to whichever rank asks first, in order or in one that rank 0
/// chooses. A helper thread on rank 0 answers the others by point-to-point messages while rank 0 works too.
/// Where MPI does not allow concurrent calls, ticket t goes to rank t mod size, in order.
class TicketQueue {
 public:
  using Report = std::function<void(int rank, const Progress&)>;
  using Take = std::function<std::optional<std::int64_t>()>;
  /// On rank 0 (from either thread, one call at a time) `report` is called for every report, and after it
  /// `take` for the ticket that follows: nothing when none is left. Collective.
  TicketQueue(const Communicator& communicator, std::int64_t count, bool concurrent, Report report = {},
              Take take = {});
  /// Waits until every rank has called finish(). A rank that an exception brings here calls it, and no rank
  /// gets another ticket, so that all hear of it soon. Collective.
  ~TicketQueue();
  TicketQueue(const TicketQueue&) = delete;
  TicketQueue& operator=(const TicketQueue&) = delete;

  /// The next ticket for this rank, or nothing when none is left. Independent.
  std::optional<std::int64_t> next(const Progress& progress);
  /// This rank asks no more. Called by the destructor if need be. Independent.
  void finish(const Progress& progress);

 private:
  enum class End { done, failed };
  void finish(const Progress& progress, End end);
  void serve();
  void report(int rank, const Progress& progress);
  std::int64_t take(int rank, const Progress& progress);

  Communicator communicator_;
  std::int64_t count_;
  bool dynamic_;
  Report report_;
  Take take_;
  std::mutex mutex_;
  std::int64_t next_ = 0;
  bool finished_ = false;
  bool failed_ = false;  ///< on rank 0: a rank has
  int exceptions_ = std::uncaught_exceptions();
  std::jthread helper_;
};

}  // namespace kindred::parallel
