#include "compare/compare.hpp"

#include <filesystem>
#include <memory>

#include "compare/announcement.hpp"
#include "compare/images.hpp"
#include "compare/moment_scales.hpp"
#include "compare/node_memory.hpp"
#include "compare/progress.hpp"
#include "compare/tasks.hpp"
#include "compare/tile_progress.hpp"
#include "compare/worker.hpp"
#include "core/log.hpp"
#include "parallel/ticket_queue.hpp"
#include "store/lock.hpp"
#include "store/similarity_reader.hpp"
#include "train/stop.hpp"
#include "train/torch/threads.hpp"

namespace kindred::compare {
namespace {

/// Bytes for each rank: as many on every rank, or they would cut other tiles. Collective.
std::size_t memory_of_rank(const CompareOptions& options, const parallel::Communicator& world) {
  if (options.memory > 0) return options.memory;
  const auto node = world.split_node();
  const auto share = static_cast<std::int64_t>(node_memory() / 4 / static_cast<std::size_t>(node.size()));
  return static_cast<std::size_t>(-world.maximum(-share));
}

/// Whether the output is there and is what this job would make. Refuses to replace anything but an older
/// comparison. Independent.
bool is_finished(const CompareOptions& options, const Job& job) {
  if (!std::filesystem::exists(options.output)) return false;
  try {
    const bool same = store::SimilarityReader(options.output).attribute("comparison") ==
                      job.layout.attributes.at("comparison");
    if (!same)
      log::info("{}: of other runs, options or another build or device, is replaced when all is computed",
                options.output);
    return same;
  } catch (const Error& error) {
    throw usage_error("{} is not replaced (it is there, and it is no comparison: {}) give -o another name",
                      options.output, error.what());
  }
}

/// That every rank read the same files: each decides by itself what there is to do. Collective.
void check_agreement(const Job& job, const std::vector<Task>& tasks, const std::string& population,
                     const parallel::Communicator& world) {
  const auto mine = static_cast<std::int64_t>(job.key ^ (tasks.size() * 0x9e3779b97f4a7c15u));
  const auto first = world.broadcast(mine);
  world.agree([&] {
    KINDRED_VALIDATE(mine == first, io_error("{} changed while it was read (another program writes it) start "
                                             "again when that has ended",
                                             population));
  });
}

/// Computes tiles until there are none left or this process should stop. Whether all are done. Collective.
bool work_through(const std::vector<Task>& tasks, Worker& worker, const train::StopRequest& stop,
                  const parallel::Communicator& world, bool concurrent) {
  TileProgress tiles(tasks);
  std::int64_t done = 0;
  world.agree([&] {
    parallel::TicketQueue queue(world, static_cast<std::int64_t>(tasks.size()), concurrent,
                                [&](int, const parallel::Progress& progress) {
                                  if (progress.settled > 0)
                                    tiles.add(static_cast<std::size_t>(progress.ticket));
                                });
    parallel::Progress progress;
    while (!stop.requested()) {
      const auto ticket = queue.next(progress);
      progress = {};
      if (!ticket || !worker.work(tasks[static_cast<std::size_t>(*ticket)])) break;
      progress.ticket = static_cast<double>(*ticket);
      progress.settled = 1;
      ++done;
    }
    worker.finish();
    queue.finish(progress);
  });
  if (world.is_root() && !tasks.empty()) tiles.finish();
  return world.sum(done) == static_cast<std::int64_t>(tasks.size());
}

}  // namespace

ExitCode compare(const CompareOptions& options, const parallel::Communicator& world, bool concurrent) {
  std::unique_ptr<train::StopRequest> stop;
  train::use_one_thread();
  std::unique_ptr<store::PopulationFile> population;
  std::vector<Metric> metrics;
  world.agree([&] {
    stop = std::make_unique<train::StopRequest>(options.time_limit);
    population = std::make_unique<store::PopulationFile>(options.population);
    metrics = choose_metrics(options.metrics);
  });
  Job job;
  const auto device = choose_device(options.device, metrics, world);
  world.agree([&] { job = make_job(options, *population, device); });
  std::vector<Task> tasks;
  const auto memory = memory_of_rank(options, world);
  world.agree([&] { tasks = make_tasks(job, memory, world.size()); });
  check_agreement(job, tasks, options.population, world);
  std::unique_ptr<store::FileLock> lock;
  bool finished = false;
  world.root_only([&] {
    finished = is_finished(options, job);
    lock = std::make_unique<store::FileLock>(options.output, options.take_lock);
    if (finished) ProgressFile::remove(options.output);  // of a start that was killed as it ended
  });
  if (world.broadcast(static_cast<std::int64_t>(finished)) != 0) {
    if (world.is_root()) log::info("{}: everything that was asked for is there", options.output);
    return ExitCode::settled;
  }
  fill_moment_scales(job, *population, world);
  const Images images(job.datasets(), options.data_folder, world);
  std::unique_ptr<ProgressFile> done;
  world.root_only([&] {
    const bool goes_on = ProgressFile::can_continue(options.output, job);
    if (goes_on) done = std::make_unique<ProgressFile>(options.output, job);
    const auto kept = goes_on ? done->erase_done(tasks) : 0;
    announce(job, *population, tasks, options, world.size(), kept);
    if (goes_on) return;
    if (ProgressFile::remove(options.output))
      log::info(
          "{}: what an earlier start left unfinished is of other runs, options or another device: it begins "
          "anew",
          options.output);
    store::create_similarity(options.output, job.layout);
    ProgressFile::create(options.output, job);
    done = std::make_unique<ProgressFile>(options.output, job);
  });
  world.agree([&] {
    if (world.is_root()) return;
    done = std::make_unique<ProgressFile>(options.output, job);
    done->erase_done(tasks);
  });
  check_agreement(job, tasks, options.population, world);
  bool complete = false;
  {
    store::SimilarityFile output(options.output, world);
    Worker worker(job, *population, images, output, *done, memory, [&] { return stop->requested(); });
    complete = work_through(tasks, worker, *stop, world, concurrent);
  }
  if (!complete) {
    if (world.is_root()) log::warn("{}: stopped, the same command goes on", options.output);
    return ExitCode::stopped;
  }
  world.root_only([&] {
    store::finish_similarity(options.output, done->undefined());
    ProgressFile::remove(options.output);
  });
  return ExitCode::settled;
}

}  // namespace kindred::compare
