#include "ingest/ingest.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/log.hpp"
#include "core/stopwatch.hpp"
#include "core/time.hpp"
#include "ingest/progress.hpp"
#include "ingest/work.hpp"
#include "population/reduce.hpp"
#include "population/states.hpp"
#include "store/lock.hpp"

namespace kindred::ingest {
namespace {

/// All ranks pull the pending runs. Collective.
void work(const Plan& plan, store::PopulationFile& file, const std::vector<store::State>& before,
          const std::function<bool()>& stop, bool concurrent, const parallel::Communicator& world) {
  const auto runs = work_list(plan.inventory, before);
  if (runs.empty()) return;
  const auto bytes_of = [&](std::int64_t run) {
    return plan.inventory.models[static_cast<std::size_t>(run)].bytes;
  };
  const Elapsed elapsed;
  double busy = 0;
  world.agree([&] {
    std::unique_ptr<ProgressLine> line;
    if (world.is_root()) {
      std::uint64_t bytes = 0;
      for (const auto run : runs) bytes += bytes_of(run);
      line = std::make_unique<ProgressLine>(static_cast<std::int64_t>(before.size()),
                                            static_cast<std::int64_t>(before.size() - runs.size()), bytes);
    }
    const auto report = [&](int, const parallel::Progress& progress) {
      const bool any = progress.ticket >= 0;
      line->report(progress, any ? bytes_of(runs[static_cast<std::size_t>(progress.ticket)]) : 0);
    };
    parallel::TicketQueue queue(world, static_cast<std::int64_t>(runs.size()), concurrent, report);
    Worker worker(plan, file);
    worker.pull(queue, runs, stop);
    busy = worker.busy_seconds();
  });
  const store::TrainingTime time{world.sum(busy), elapsed.seconds() * world.size()};
  world.root_only([&] { file.add_training_time(time); });
}

}  // namespace

ExitCode ingest(const IngestOptions& options, const parallel::Communicator& world, bool concurrent) {
  auto plan = make_plan(options, world);
  if (world.is_root()) tell(plan, options);
  std::unique_ptr<store::FileLock> lock;
  world.root_only([&] {
    lock = std::make_unique<store::FileLock>(options.output, options.take_lock);
    if (std::filesystem::exists(options.output)) return check_definition(plan, options.output);
    plan.layout.attributes["created"] = utc_now();
    plan.layout.attributes["libraries"] = options.libraries;
    store::create_population(options.output, plan.layout);
  });

  std::vector<store::State> states;
  bool had_work = false, stopped = false;
  {
    store::PopulationFile file(options.output, world);
    const auto before = population::settle_states(file, options.retry_failed, world);
    had_work = std::ranges::count(before, store::State::pending) > 0;
    world.barrier();  // every rank has read the states before any is written
    work(plan, file, before, options.stop, concurrent, world);
    stopped = world.maximum(options.stop()) > 0;
    world.agree([&] { states = file.states(); });
    population::reduce_population(file, plan.layout.cohorts, plan.record.optimal_fraction, world);
  }
  return population::conclude(states, options.output, had_work ? "" : "complete before: ", stopped, world);
}

}  // namespace kindred::ingest
