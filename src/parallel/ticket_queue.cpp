#include "parallel/ticket_queue.hpp"

#include <chrono>

namespace kindred::parallel {
namespace {

constexpr int request_tag = 1, answer_tag = 2;
constexpr std::int64_t none_left = -1;

struct Request {
  double finished = 0;  // the rank asks no more and wants no answer
  double failed = 0;    // and no rank is to get another ticket
  Progress progress;
};
constexpr int request_doubles = sizeof(Request) / sizeof(double);

}  // namespace

TicketQueue::TicketQueue(const Communicator& communicator, std::int64_t count, bool concurrent, Report report,
                         Take take)
    : communicator_(communicator.duplicate()),
      count_(count),
      dynamic_(concurrent || communicator.size() == 1),
      report_(std::move(report)),
      take_(std::move(take)) {
  if (!dynamic_) next_ = communicator_.rank();
  if (dynamic_ && communicator_.is_root() && communicator_.size() > 1)
    helper_ = std::jthread([this] { serve(); });
}

TicketQueue::~TicketQueue() {
  if (!finished_) finish({}, std::uncaught_exceptions() > exceptions_ ? End::failed : End::done);
  if (helper_.joinable()) helper_.join();
  communicator_.barrier();
}

void TicketQueue::report(int rank, const Progress& progress) {
  if (report_ && communicator_.is_root()) report_(rank, progress);
}

std::int64_t TicketQueue::take(int rank, const Progress& progress) {
  const std::lock_guard lock(mutex_);
  report(rank, progress);
  if (failed_) return none_left;
  if (dynamic_ && take_) return take_().value_or(none_left);
  const std::int64_t step = dynamic_ ? 1 : communicator_.size();
  return next_ < count_ ? std::exchange(next_, next_ + step) : none_left;
}

void TicketQueue::serve() {
  // A blocking receive would spin and take the core that rank 0 trains on, so the helper looks for messages
  // a thousand times a second; a ticket is worth seconds of work.
  for (int open = communicator_.size() - 1; open > 0;) {
    int waiting = 0;
    MPI_Status status;
    KINDRED_MPI(MPI_Iprobe(MPI_ANY_SOURCE, request_tag, communicator_.get(), &waiting, &status));
    if (!waiting) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    Request request;
    KINDRED_MPI(MPI_Recv(&request, request_doubles, MPI_DOUBLE, status.MPI_SOURCE, request_tag,
                         communicator_.get(), MPI_STATUS_IGNORE));
    if (request.finished != 0) {
      const std::lock_guard lock(mutex_);
      report(status.MPI_SOURCE, request.progress);
      failed_ = failed_ || request.failed != 0;
      --open;
      continue;
    }
    const std::int64_t ticket = take(status.MPI_SOURCE, request.progress);
    KINDRED_MPI(MPI_Send(&ticket, 1, MPI_INT64_T, status.MPI_SOURCE, answer_tag, communicator_.get()));
  }
}

std::optional<std::int64_t> TicketQueue::next(const Progress& progress) {
  KINDRED_EXPECT(!finished_);
  std::int64_t ticket = none_left;
  if (communicator_.is_root() || !dynamic_) {
    ticket = take(communicator_.rank(), progress);
  } else {
    const Request request{0, 0, progress};
    KINDRED_MPI(MPI_Send(&request, request_doubles, MPI_DOUBLE, 0, request_tag, communicator_.get()));
    KINDRED_MPI(MPI_Recv(&ticket, 1, MPI_INT64_T, 0, answer_tag, communicator_.get(), MPI_STATUS_IGNORE));
  }
  if (ticket == none_left) return std::nullopt;
  return ticket;
}

void TicketQueue::finish(const Progress& progress) { finish(progress, End::done); }

void TicketQueue::finish(const Progress& progress, End end) {
  finished_ = true;
  if (communicator_.is_root() || !dynamic_) {
    const std::lock_guard lock(mutex_);
    report(communicator_.rank(), progress);
    failed_ = failed_ || end == End::failed;
    return;
  }
  const Request request{1, end == End::failed ? 1.0 : 0.0, progress};
  KINDRED_MPI(MPI_Send(&request, request_doubles, MPI_DOUBLE, 0, request_tag, communicator_.get()));
}

}  // namespace kindred::parallel
