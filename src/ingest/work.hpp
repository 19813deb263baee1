#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "ingest/plan.hpp"
#include "ingest/read_model.hpp"
#include "parallel/ticket_queue.hpp"
#include "store/population_file.hpp"

namespace kindred::ingest {

/// The pending runs, those of the largest files first.
std::vector<std::int64_t> work_list(const Inventory& inventory, std::span<const store::State> states);

/// One rank's part: pulls runs, reads their files, takes their statistics and writes them.
class Worker {
 public:
  Worker(const Plan& plan, store::PopulationFile& file);

  /// Ticket t is the run runs[t]. Pulls until none is left, `stop` says so, or two runs in a row failed: a
  /// rank that cannot read leaves the rest to the others. Independent.
  void pull(parallel::TicketQueue& queue, std::span<const std::int64_t> runs,
            const std::function<bool()>& stop);
  /// Seconds spent on runs, writing included.
  double busy_seconds() const { return busy_; }

 private:
  void ingest(std::int64_t run);
  store::RunResult known_result(std::int64_t run) const;

  const Plan& plan_;
  store::PopulationFile& file_;
  ModelReader reader_;
  std::string host_;
  std::vector<std::size_t> cohort_of_;  ///< of each run
  parallel::Progress progress_;
  double busy_ = 0;
};

}  // namespace kindred::ingest
