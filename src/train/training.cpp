#include "train/training.hpp"

#include <algorithm>
#include <memory>

#include "core/log.hpp"
#include "core/stopwatch.hpp"
#include "core/time.hpp"
#include "train/progress.hpp"
#include "train/work.hpp"

namespace kindred::train {
namespace {

void tell_utilisation(const store::TrainingTime& time, double recording, int ranks) {
  log::info("utilisation {:.1f} % ({} rank{} busy {} of {}{})", 100 * time.busy_seconds / time.rank_seconds,
            ranks, ranks == 1 ? "" : "s", duration_text(time.busy_seconds / ranks),
            duration_text(time.rank_seconds / ranks), ranks == 1 ? "" : " each");
  const double share = time.busy_seconds > 0 ? recording / time.busy_seconds : 0;
  log::info("statistics, checkpoints and writes {:.1f} % of that", 100 * share);
}

}  // namespace

std::vector<std::vector<std::int64_t>> Training::resumed(const parallel::Communicator& world) const {
  ByteWriter out;
  world.root_only([&] {
    const auto packs = checkpoints.collect(states);
    out.put(static_cast<std::uint64_t>(packs.size()));
    for (const auto& runs : packs) {
      out.put(static_cast<std::uint64_t>(runs.size()));
      out.put(std::span<const std::int64_t>(runs));
    }
    if (!packs.empty())
      log::info("{} pack{} from {} checkpoint{}", packs.size(), packs.size() == 1 ? " goes on" : "s go on",
                packs.size() == 1 ? "its" : "their", packs.size() == 1 ? "" : "s");
  });
  const auto bytes = world.broadcast(std::vector(out.bytes().begin(), out.bytes().end()));
  ByteReader in(bytes);
  std::vector<std::vector<std::int64_t>> packs(in.get<std::uint64_t>());
  for (auto& runs : packs) {
    runs.resize(in.get<std::uint64_t>());
    in.get(std::span(runs));
  }
  return packs;
}

void Training::run(std::int64_t pack, bool concurrent, const parallel::Communicator& world) const {
  StepTimer timer(
      engine, [&](const Cohort& cohort, std::int64_t) { return data.samples(cohort).dataset; }, sweep.record);
  const WorkOptions options{.pack = pack, .ranks = world.size(), .resumed = resumed(world)};
  const auto work = make_work_list(sweep, cohorts, states, engine, timer, options, &world);
  if (work.packs.empty()) return;
  if (world.is_root() && !concurrent && world.size() > 1)
    log::warn("this MPI allows no calls from several threads: packs are dealt out in turn");

  const Elapsed elapsed;
  double busy = 0, recording = 0;
  world.agree([&] {
    auto schedule = work.schedule();
    std::unique_ptr<ProgressLine> line;
    if (world.is_root()) {
      const auto settled = std::count_if(states.begin(), states.end(),
                                         [](auto state) { return state != store::State::pending; });
      line = std::make_unique<ProgressLine>(static_cast<std::int64_t>(states.size()), settled);
    }
    // Dealt out in turn, rank 0 hears of its own packs alone and cannot tell what is left.
    const bool hears_all = concurrent || world.size() == 1;
    const auto report = [&](int, const parallel::Progress& progress) {
      schedule.finished(static_cast<std::int64_t>(progress.ticket), progress.seconds);
      const bool known = hears_all && schedule.model().has_learned();
      if (progress.ticket < 0) return;  // a first request
      const auto& cohort = cohorts[work.packs[static_cast<std::size_t>(progress.ticket)].cohort];
      line->report(progress, cohort.dataset->name,
                   known ? std::optional(schedule.seconds_left() / world.size()) : std::nullopt);
    };
    parallel::TicketQueue queue(world, static_cast<std::int64_t>(work.packs.size()), concurrent, report,
                                [&] { return schedule.take(); });
    Worker worker(*this);
    try {
      worker.pull(queue, work.packs);
    } catch (const Error& error) {
      // What was trained cannot be kept: the others must not go on for hours before they hear of it.
      if (world.size() == 1) throw;
      log::error("{}", error.what());
      world.abort(error.code());
    }
    busy = worker.busy_seconds();
    recording = worker.recording_seconds();
  });
  const store::TrainingTime time{world.sum(busy), elapsed.seconds() * world.size()};
  recording = world.sum(recording);
  world.root_only([&] {
    checkpoints.remove_folder();
    file.add_training_time(time);
    tell_utilisation(time, recording, world.size());
  });
}

}  // namespace kindred::train
