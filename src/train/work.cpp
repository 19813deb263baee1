#include "train/work.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/log.hpp"
#include "core/time.hpp"
#include "parallel/environment.hpp"

namespace kindred::train {

Worker::Worker(const Training& training)
    : training_(training),
      describer_(population::describe_options(training.sweep.record)),
      host_(parallel::host_name()),
      fitting_(training.cohorts.size(), std::numeric_limits<std::size_t>::max()) {}

void Worker::pull(parallel::TicketQueue& queue, const std::vector<Pack>& packs) {
  while (!ends()) {
    const auto ticket = queue.next(take_progress());
    if (!ticket) break;
    const auto& pack = packs[static_cast<std::size_t>(*ticket)];
    done_ = 0;
    const Elapsed elapsed;
    train_pack(pack, *ticket);
    const double seconds = elapsed.seconds();
    busy_ += seconds;
    progress_.ticket = static_cast<double>(*ticket);
    // A pack whose runs ended early, or started late, would teach the queue that such packs are cheap.
    progress_.seconds = done_ == pack.runs.size() && !pack.resumed ? seconds : 0;
  }
  if (failed_in_a_row_ >= 2)
    log::error("two runs in a row failed on this rank: it takes no more work, the others go on");
  queue.finish(take_progress());
}

void Worker::train_pack(const Pack& pack, std::int64_t number) {
  auto runs = pack.runs;
  // What has a checkpoint goes on as it was, with those of its runs that were settled before a kill.
  bool whole = pack.resumed;
  for (std::size_t first = 0; first < runs.size() && !ends();) {
    const auto fitting = whole ? runs.size() : fitting_[pack.cohort];
    const auto part =
        std::span<const std::int64_t>(runs).subspan(first, std::min(fitting, runs.size() - first));
    if (train_runs(pack, part, number)) {
      first += part.size();
    } else if (std::exchange(whole, false)) {
      std::erase_if(runs, [&](auto run) { return is_settled(run); });
    }
  }
}

bool Worker::is_settled(std::int64_t run) const {
  return training_.states[static_cast<std::size_t>(run)] != store::State::pending;
}

bool Worker::train_runs(const Pack& pack, std::span<const std::int64_t> runs, std::int64_t number) {
  const auto& cohort = training_.cohorts[pack.cohort];
  const PackContext context{training_.sweep,
                            cohort,
                            training_.layout.cohorts[pack.cohort].arrays,
                            training_.engine,
                            training_.data.samples(cohort),
                            describer_,
                            training_.stop,
                            training_.checkpoints,
                            recording_};
  const Elapsed elapsed;
  std::optional<std::vector<FinishedRun>> finished;
  try {
    finished = run_pack(context, runs);
  } catch (const OutOfDeviceMemory& error) {
    training_.checkpoints.remove(runs);
    if (runs.size() > 1) {
      fitting_[pack.cohort] = (runs.size() + 1) / 2;
      log::warn(
          "{} runs of {} together do not fit in the device's memory ({}): from now on {} train together",
          runs.size(), cohort.name, error.what(), fitting_[pack.cohort]);
      return false;
    }
    mark_failed(runs[0], fmt::format("the device's memory does not hold a single run ({}) use a device with "
                                     "more, or a smaller train.batch_size",
                                     error.what()));
    failed_in_a_row_ = 0;  // nothing is wrong with this rank: smaller networks will do
  } catch (const std::exception& error) {
    training_.checkpoints.remove(runs);
    if (runs.size() > 1) {
      log::warn("a pack of {} runs failed ({}): its runs are tried one by one", runs.size(), error.what());
      for (std::size_t i = 0; i < runs.size() && !ends(); ++i)
        if (!is_settled(runs[i])) train_runs(pack, runs.subspan(i, 1), number);
    } else {
      mark_failed(runs[0], error.what());
    }
  }
  if (finished) {
    const double seconds = elapsed.seconds() + finished->front().earlier_seconds;
    write(*finished, seconds / static_cast<double>(runs.size()), number);
    training_.checkpoints.remove(runs);
  }
  return true;
}

void Worker::mark_failed(std::int64_t run, const std::string& why) {
  log::error("run {} failed: {}. Its settings: {}", run, why,
             training_.sweep.runs[static_cast<std::size_t>(run)].canonical());
  training_.file.write_state(run, store::State::failed, why);
  count(store::State::failed, -1);
  ++failed_in_a_row_;
}

void Worker::write(std::vector<FinishedRun>& finished, double seconds, std::int64_t number) {
  for (auto& [run, record, result, earlier] : finished) {
    if (is_settled(run)) continue;
    result.wall_seconds = seconds;
    result.finished_unix = unix_time();
    result.host = host_;
    result.engine = training_.engine.name();
    result.pack = number;
    recording_.time([&] { training_.file.write_run(run, record.rows(), result); });
    count(result.state, result.test_accuracy);
    failed_in_a_row_ = 0;
  }
}

void Worker::count(store::State state, double accuracy) {
  progress_.settled += 1;
  progress_.diverged += state == store::State::diverged;
  progress_.failed += state == store::State::failed;
  done_ += state == store::State::done;
  if (state == store::State::done) accuracies_.push_back(accuracy);
}

parallel::Progress Worker::take_progress() {
  if (!accuracies_.empty()) {
    std::sort(accuracies_.begin(), accuracies_.end());
    progress_.best_accuracy = accuracies_.back();
    progress_.median_accuracy = accuracies_[accuracies_.size() / 2];
    accuracies_.clear();
  }
  return std::exchange(progress_, {});
}

}  // namespace kindred::train
