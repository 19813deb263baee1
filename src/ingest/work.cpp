#include "ingest/work.hpp"

#include <algorithm>
#include <cmath>

#include "core/log.hpp"
#include "core/stopwatch.hpp"
#include "core/time.hpp"
#include "parallel/environment.hpp"

namespace kindred::ingest {

std::vector<std::int64_t> work_list(const Inventory& inventory, std::span<const store::State> states) {
  std::vector<std::int64_t> runs;
  for (std::size_t run = 0; run < states.size(); ++run)
    if (states[run] == store::State::pending) runs.push_back(static_cast<std::int64_t>(run));
  std::ranges::stable_sort(runs, std::greater{}, [&](std::int64_t run) {
    return inventory.models[static_cast<std::size_t>(run)].bytes;
  });
  return runs;
}

Worker::Worker(const Plan& plan, store::PopulationFile& file)
    : plan_(plan),
      file_(file),
      reader_(population::describe_options(plan.record)),
      host_(parallel::host_name()),
      cohort_of_(plan.inventory.models.size()) {
  for (std::size_t c = 0; c < plan.cohorts.size(); ++c)
    for (const auto run : plan.cohorts[c].runs) cohort_of_[static_cast<std::size_t>(run)] = c;
}

void Worker::pull(parallel::TicketQueue& queue, std::span<const std::int64_t> runs,
                  const std::function<bool()>& stop) {
  int failures_in_a_row = 0;
  while (failures_in_a_row < 2 && !stop()) {
    const auto ticket = queue.next(std::exchange(progress_, {}));
    if (!ticket) break;
    const Elapsed elapsed;
    ingest(runs[static_cast<std::size_t>(*ticket)]);
    progress_.ticket = static_cast<double>(*ticket);
    progress_.seconds = elapsed.seconds();
    busy_ += progress_.seconds;
    failures_in_a_row = progress_.failed > 0 ? failures_in_a_row + 1 : 0;
  }
  if (failures_in_a_row == 2)
    log::error("two runs in a row failed on this rank: it takes no more, the others go on");
  queue.finish(std::exchange(progress_, {}));
}

void Worker::ingest(std::int64_t run) {
  const auto cohort = cohort_of_[static_cast<std::size_t>(run)];
  const auto& files = plan_.inventory.models[static_cast<std::size_t>(run)].run;
  const Elapsed elapsed;
  population::RunRecord record(plan_.layout.cohorts[cohort].arrays);
  auto result = known_result(run);
  progress_.settled = 1;
  try {
    result.message = reader_.read(files, plan_.cohorts[cohort], record);
  } catch (const std::exception& error) {
    log::error("run {} ({}) failed: {}", run, files.name, error.what());
    file_.write_state(run, store::State::failed, error.what());
    progress_.failed = 1;
    return;
  }
  result.state = result.message.empty() ? store::State::done : store::State::diverged;
  progress_.diverged = !result.message.empty();
  result.wall_seconds = elapsed.seconds();
  result.finished_unix = unix_time();
  result.host = host_;
  file_.write_run(run, record.rows(), result);
}

store::RunResult Worker::known_result(std::int64_t run) const {
  auto result = plan_.settings.results[static_cast<std::size_t>(run)];
  const auto& files = plan_.inventory.models[static_cast<std::size_t>(run)].run;
  if (std::isnan(result.epochs_completed) && files.is_folder)
    result.epochs_completed = static_cast<double>(files.files.back().epoch);
  return result;
}

}  // namespace kindred::ingest
