#include "train/work.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "core/log.hpp"
#include "core/time.hpp"
#include "parallel/environment.hpp"

namespace kindred::train {

Worker::Worker(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
               const store::PopulationLayout& layout, const NodeData& data, const Engine& engine,
               const StopRequest& stop, store::PopulationFile& file)
    : sweep_(sweep),
      cohorts_(cohorts),
      layout_(layout),
      data_(data),
      engine_(engine),
      stop_(stop),
      file_(file),
      describer_(population::describe_options(sweep.record)),
      host_(parallel::host_name()),
      fitting_(cohorts.size(), std::numeric_limits<std::size_t>::max()) {}

void Worker::pull(parallel::TicketQueue& queue, const std::vector<Pack>& packs) {
  int failures_in_a_row = 0;
  while (!stop_.requested() && failures_in_a_row < 2) {
    const auto ticket = queue.next(take_progress());
    if (!ticket) break;
    const auto& pack = packs[static_cast<std::size_t>(*ticket)];
    pack_failed_ = false;
    done_ = 0;
    const auto start = std::chrono::steady_clock::now();
    train_pack(pack, *ticket);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    busy_ += seconds;
    progress_.ticket = static_cast<double>(*ticket);
    // A pack whose runs ended early would teach the queue that such packs are cheap.
    progress_.seconds = done_ == pack.runs.size() ? seconds : 0;
    failures_in_a_row = pack_failed_ ? failures_in_a_row + 1 : 0;
  }
  if (failures_in_a_row == 2)
    log::error("two packs in a row failed on this rank: it takes no more work, the others go on");
  queue.finish(take_progress());
}

void Worker::train_pack(const Pack& pack, std::int64_t number) {
  const std::span<const std::int64_t> runs(pack.runs);
  for (std::size_t first = 0; first < runs.size() && !stop_.requested();) {
    const auto part = runs.subspan(first, std::min(fitting_[pack.cohort], runs.size() - first));
    if (train_runs(pack, part, number)) first += part.size();
  }
}

bool Worker::train_runs(const Pack& pack, std::span<const std::int64_t> runs, std::int64_t number) {
  const auto& cohort = cohorts_[pack.cohort];
  const PackContext context{
      sweep_, cohort,    layout_.cohorts[pack.cohort].arrays, engine_, data_.samples(cohort), describer_,
      stop_,  recording_};
  const double start = unix_time();
  std::optional<std::vector<FinishedRun>> finished;
  try {
    finished = run_pack(context, runs);
  } catch (const OutOfDeviceMemory& error) {
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
    pack_failed_ = false;  // nothing is wrong with this rank: smaller networks will do
  } catch (const std::exception& error) {
    if (runs.size() > 1) {
      log::warn("a pack of {} runs failed ({}): its runs are tried one by one", runs.size(), error.what());
      for (const auto run : runs) train_runs(pack, std::span(&run, 1), number);
    } else {
      mark_failed(runs[0], error.what());
    }
  }
  if (finished) write(*finished, (unix_time() - start) / static_cast<double>(runs.size()), number);
  return true;
}

void Worker::mark_failed(std::int64_t run, const std::string& why) {
  log::error("run {} failed: {}. Its settings: {}", run, why,
             sweep_.runs[static_cast<std::size_t>(run)].canonical());
  file_.write_state(run, store::State::failed, why);
  count(store::State::failed, -1);
  pack_failed_ = true;
}

void Worker::write(std::vector<FinishedRun>& finished, double seconds, std::int64_t number) {
  for (auto& [run, record, result] : finished) {
    result.wall_seconds = seconds;
    result.finished_unix = unix_time();
    result.host = host_;
    result.engine = engine_.name();
    result.pack = number;
    recording_.time([&] { file_.write_run(run, record.rows(), result); });
    count(result.state, result.test_accuracy);
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
