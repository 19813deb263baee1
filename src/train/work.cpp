#include "train/work.hpp"

#include <algorithm>
#include <chrono>

#include "core/log.hpp"
#include "parallel/environment.hpp"

namespace kindred::train {
namespace {

double now_unix() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

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
      describer_({sweep.record.histogram_bins, sweep.record.histogram_low, sweep.record.histogram_high,
                  sweep.record.quantiles}),
      host_(parallel::host_name()) {}

void Worker::pull(parallel::TicketQueue& queue, const std::vector<Pack>& packs) {
  int failures_in_a_row = 0;
  while (!stop_.requested() && failures_in_a_row < 2) {
    const auto ticket = queue.next(take_progress());
    if (!ticket) break;
    pack_failed_ = false;
    train_pack(packs[static_cast<std::size_t>(*ticket)], *ticket);
    failures_in_a_row = pack_failed_ ? failures_in_a_row + 1 : 0;
  }
  if (failures_in_a_row == 2)
    log::error("two packs in a row failed on this rank: it takes no more work, the others go on");
  queue.finish(take_progress());
}

void Worker::train_pack(const Pack& pack, std::int64_t number) { train_runs(pack, pack.runs, number); }

void Worker::train_runs(const Pack& pack, std::span<const std::int64_t> runs, std::int64_t number) {
  const auto& cohort = cohorts_[pack.cohort];
  const PackContext context{
      sweep_, cohort, layout_.cohorts[pack.cohort].arrays, engine_, data_.samples(cohort), describer_, stop_};
  const double start = now_unix();
  std::optional<std::vector<FinishedRun>> finished;
  try {
    finished = run_pack(context, runs);
  } catch (const std::exception& error) {
    if (runs.size() > 1) {
      log::warn("a pack of {} runs failed ({}): its runs are tried one by one", runs.size(), error.what());
      for (const auto run : runs) train_runs(pack, std::span(&run, 1), number);
      return;
    }
    log::error("run {} failed: {}. Its settings: {}", runs[0], error.what(),
               sweep_.runs[static_cast<std::size_t>(runs[0])].canonical());
    file_.write_state(runs[0], store::State::failed, error.what());
    count(store::State::failed, -1);
    pack_failed_ = true;
    return;
  }
  if (finished) write(*finished, (now_unix() - start) / static_cast<double>(runs.size()), number);
}

void Worker::write(std::vector<FinishedRun>& finished, double seconds, std::int64_t number) {
  for (auto& [run, record, result] : finished) {
    result.wall_seconds = seconds;
    result.finished_unix = now_unix();
    result.host = host_;
    result.engine = engine_.name();
    result.pack = number;
    file_.write_run(run, record.rows(), result);
    count(result.state, result.test_accuracy);
  }
}

void Worker::count(store::State state, double accuracy) {
  progress_.settled += 1;
  progress_.diverged += state == store::State::diverged;
  progress_.failed += state == store::State::failed;
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
