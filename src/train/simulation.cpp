#include "train/simulation.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <tuple>
#include <vector>

namespace kindred::train {
namespace {

struct Request {
  double arrival = 0;
  std::int64_t rank = 0, ticket = -1;  ///< the ticket that it reports
  bool operator>(const Request& other) const {
    return std::tuple(arrival, rank) > std::tuple(other.arrival, other.rank);
  }
};

/// Rank 0's helper: answers one request after another, and looks for new ones only now and then.
class Desk {
 public:
  explicit Desk(const SimulatedMachine& machine) : machine_(machine) {}

  /// When the answer to a request leaves. Requests come in the order of their arrival.
  double answer(const Request& request) {
    double start = std::max(request.arrival, free_);
    if (request.arrival > free_ && machine_.polling > 0)
      start = free_ + std::ceil((request.arrival - free_) / machine_.polling) * machine_.polling;
    return free_ = start + machine_.service;
  }

 private:
  const SimulatedMachine& machine_;
  double free_ = 0;
};

}  // namespace

SimulatedTraining simulate(Schedule schedule, std::span<const double> seconds,
                           const SimulatedMachine& machine) {
  SimulatedTraining result;
  std::priority_queue<Request, std::vector<Request>, std::greater<>> requests;
  for (std::int64_t rank = 0; rank < machine.ranks; ++rank)
    requests.push({rank == 0 ? 0 : machine.latency, rank, -1});
  Desk desk(machine);
  while (!requests.empty()) {
    const auto request = requests.top();
    requests.pop();
    // Rank 0 asks itself, without a message.
    const double message = request.rank == 0 ? 0 : machine.latency;
    const double begin = request.rank == 0 ? request.arrival : desk.answer(request) + message;
    result.longest_wait = std::max(result.longest_wait, begin - (request.arrival - message));
    result.seconds = std::max(result.seconds, begin);
    if (request.ticket >= 0)
      schedule.finished(request.ticket, seconds[static_cast<std::size_t>(request.ticket)]);
    const auto ticket = schedule.take();
    if (!ticket) continue;
    const double work = seconds[static_cast<std::size_t>(*ticket)];
    result.busy += work;
    requests.push({begin + work + message, request.rank, *ticket});
  }
  const auto ranks = static_cast<double>(machine.ranks);
  if (!seconds.empty()) result.lower_bound = *std::max_element(seconds.begin(), seconds.end());
  result.lower_bound = std::max(result.lower_bound, result.busy / ranks);
  result.utilisation = result.seconds > 0 && result.busy > 0 ? result.busy / (ranks * result.seconds) : 1;
  return result;
}

}  // namespace kindred::train
