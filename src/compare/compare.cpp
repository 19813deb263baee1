#include "compare/compare.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>

#include "compare/histogram_range.hpp"
#include "compare/images.hpp"
#include "compare/progress.hpp"
#include "compare/tasks.hpp"
#include "compare/worker.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "parallel/ticket_queue.hpp"
#include "store/lock.hpp"
#include "store/similarity_reader.hpp"
#include "train/torch/threads.hpp"

namespace kindred::compare {
namespace {

std::size_t default_memory(const parallel::Communicator& world) {
  const auto node = world.split_node();
  const auto bytes =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
  return bytes / 8 / static_cast<std::size_t>(node.size());
}

/// Refuses to replace anything but an older comparison. Independent.
void check_output(const CompareOptions& options) {
  if (!std::filesystem::exists(options.output)) return;
  try {
    const store::SimilarityReader reader(options.output);
  } catch (const Error& error) {
    throw usage_error("{} is not replaced (it is there, and it is no comparison: {}) give -o another name",
                      options.output, error.what());
  }
}

double cost_of(const std::vector<Task>& tasks) {
  double operations = 0;
  for (const auto& task : tasks) operations += task.cost;
  return operations;
}

void announce(const Job& job, const store::PopulationFile& population, const std::vector<Task>& tasks,
              const CompareOptions& options, std::size_t kept) {
  for (const auto& line : job.left_out) log::warn("{}", line);
  for (const auto& line : histogram_range_lines(job, population)) log::warn("{}", line);
  std::size_t matrices = 0;
  for (const auto& scope : job.layout.cohorts)
    for (const auto& matrix : scope.matrices) matrices += std::max<std::size_t>(1, matrix.slices.size());
  // 2e10 elements of pairs a second and core is what one tile kernel or product reaches, within a factor of
  // two.
  for (std::size_t c = 0; c < job.cohorts.size(); ++c)
    if (std::ranges::find(job.valid[c], true) == job.valid[c].end())
      log::warn("cohort {}: no run is done, so there is no value", job.cohorts[c].name);
  log::info("{}: {} matrices of {} cohort{}, {:.1f} MiB, about {} of one core{}", options.output, matrices,
            job.cohorts.size(), job.cohorts.size() == 1 ? "" : "s",
            static_cast<double>(job.layout.bytes()) / 0x1p20, duration_text(cost_of(tasks) / 2e10 + 1),
            kept > 0 ? fmt::format(" left, {} tiles of an earlier start are kept", kept) : "");
}

/// The share of the work that is done, and how long the rest will take, on one line of a terminal.
class Meter {
 public:
  explicit Meter(const std::vector<Task>& tasks) : tasks_(tasks), total_(cost_of(tasks)) {}
  void add(std::size_t task) {
    done_ += tasks_[task].cost;
    ++count_;
    if (!isatty(STDERR_FILENO)) return;
    const double seconds = std::chrono::duration<double>(Clock::now() - start_).count();
    const bool last = count_ == tasks_.size();
    fmt::print(stderr, "\r{}/{} tiles, {:.0f} %, {} left   {}", count_, tasks_.size(),
               total_ > 0 ? 100 * done_ / total_ : 100,
               duration_text(done_ > 0 ? seconds * (total_ - done_) / done_ : 0), last ? "\n" : "");
  }

 private:
  using Clock = std::chrono::steady_clock;
  const std::vector<Task>& tasks_;
  Clock::time_point start_ = Clock::now();
  double total_, done_ = 0;
  std::size_t count_ = 0;
};

void work_through(const std::vector<Task>& tasks, Worker& worker, const parallel::Communicator& world,
                  bool concurrent) {
  Meter meter(tasks);
  parallel::TicketQueue queue(world, static_cast<std::int64_t>(tasks.size()), concurrent,
                              [&](int, const parallel::Progress& progress) {
                                if (progress.settled > 0)
                                  meter.add(static_cast<std::size_t>(progress.ticket));
                              });
  parallel::Progress progress;
  while (const auto ticket = queue.next(progress)) {
    worker.work(tasks[static_cast<std::size_t>(*ticket)]);
    progress.ticket = static_cast<double>(*ticket);
    progress.settled = 1;
  }
  worker.finish();
  queue.finish(progress);
}

/// How many pairs of each matrix, the diagonal among them, have no value.
std::map<std::string, std::int64_t> undefined_pairs(const Job& job, const ProgressFile& done) {
  std::map<std::string, std::int64_t> undefined;
  for (const auto& scope : job.layout.cohorts)
    for (const auto& matrix : scope.matrices) {
      const auto runs = static_cast<std::int64_t>(scope.runs.size());
      const auto slices = std::max<std::int64_t>(1, static_cast<std::int64_t>(matrix.slices.size()));
      undefined[scope.name + "/" + matrix.metric] = slices * runs * (runs + 1) / 2;
    }
  for (std::size_t u = 0; u < job.units.size(); ++u)
    for (std::size_t m = 0; m < job.units[u].metrics.size(); ++m) {
      const auto defined = done.defined(u, m);
      for (const auto& destination : job.units[u].destinations[m])
        undefined[destination.scope + "/" + std::string(job.units[u].metrics[m].name)] -= defined;
    }
  return undefined;
}

}  // namespace

ExitCode compare(const CompareOptions& options, const parallel::Communicator& world, bool concurrent) {
  train::use_one_thread();
  std::unique_ptr<store::PopulationFile> population;
  Job job;
  world.agree([&] {
    check_output(options);
    population = std::make_unique<store::PopulationFile>(options.population);
    job = make_job(options, *population);
  });
  auto tasks = make_tasks(job, options.memory > 0 ? options.memory : default_memory(world), world.size());
  std::unique_ptr<store::FileLock> lock;
  world.root_only([&] { lock = std::make_unique<store::FileLock>(options.output, options.take_lock); });
  const Images images(job.datasets(), options.data_folder, world);
  world.root_only([&] {
    if (!ProgressFile::can_continue(options.output, job)) {
      ProgressFile::remove(options.output);
      store::create_similarity(options.output, job.layout);
      ProgressFile::create(options.output, job);
    }
  });
  std::unique_ptr<ProgressFile> done;
  world.agree([&] { done = std::make_unique<ProgressFile>(options.output, job); });
  const auto kept = std::erase_if(tasks, [&](const Task& task) { return done->is_done(task); });
  world.root_only([&] { announce(job, *population, tasks, options, kept); });
  {
    store::SimilarityFile output(options.output, world);
    Worker worker(job, *population, images, output, *done);
    world.agree([&] { work_through(tasks, worker, world, concurrent); });
  }
  world.root_only([&] {
    store::finish_similarity(options.output, undefined_pairs(job, *done));
    ProgressFile::remove(options.output);
  });
  return ExitCode::settled;
}

}  // namespace kindred::compare
