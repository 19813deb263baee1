#include "compare/compare.hpp"

#include <unistd.h>

#include <cmath>
#include <map>
#include <memory>

#include "compare/images.hpp"
#include "compare/job.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "parallel/ticket_queue.hpp"
#include "store/lock.hpp"
#include "train/torch/threads.hpp"

namespace kindred::compare {
namespace {

std::size_t default_memory(const parallel::Communicator& world) {
  const auto node = world.split_node();
  const auto bytes =
      static_cast<std::size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::size_t>(sysconf(_SC_PAGE_SIZE));
  return bytes / 8 / static_cast<std::size_t>(node.size());
}

/// One rank's part: computes and writes tiles, counts the undefined pairs.
class Worker {
 public:
  Worker(const Job& job, const store::PopulationFile& population, const Images& images,
         store::SimilarityFile& output)
      : job_(job), population_(population), images_(images), output_(output) {}

  void work(const Task& task) {
    const auto& slice = job_.slices[task.slice];
    const auto& name = job_.cohorts[slice.cohort].name;
    const auto feature =
        make_feature(job_.context(slice.cohort, population_, images_), slice.metric.subject, slice.source);
    const auto& tile = task.tile;
    const auto values = compute_tile(*feature, slice.metric.pairing, tile, job_.valid[slice.cohort]);
    const std::string metric(slice.metric.name);
    output_.write_tile(name, metric, slice.position, tile.first_row, tile.first_column, tile.rows,
                       tile.columns, values);
    const bool diagonal = tile.first_row == tile.first_column;
    if (!diagonal) {
      std::vector<float> mirrored(values.size());
      for (std::int64_t i = 0; i < tile.rows; ++i)
        for (std::int64_t j = 0; j < tile.columns; ++j)
          mirrored[static_cast<std::size_t>(j * tile.rows + i)] =
              values[static_cast<std::size_t>(i * tile.columns + j)];
      output_.write_tile(name, metric, slice.position, tile.first_column, tile.first_row, tile.columns,
                         tile.rows, mirrored);
    }
    auto& undefined = undefined_[name + "/" + metric];
    for (std::int64_t i = 0; i < tile.rows; ++i)
      for (std::int64_t j = diagonal ? i : 0; j < tile.columns; ++j)
        undefined += std::isnan(values[static_cast<std::size_t>(i * tile.columns + j)]);
  }

  /// Of all ranks. Collective.
  std::map<std::string, std::int64_t> undefined(const parallel::Communicator& world) const {
    std::map<std::string, std::int64_t> total;
    for (const auto& cohort : job_.layout.cohorts)
      for (const auto& matrix : cohort.matrices) {
        const auto key = cohort.name + "/" + matrix.metric;
        const auto own = undefined_.find(key);
        total[key] = world.sum(own == undefined_.end() ? std::int64_t{0} : own->second);
      }
    return total;
  }

 private:
  const Job& job_;
  const store::PopulationFile& population_;
  const Images& images_;
  store::SimilarityFile& output_;
  std::map<std::string, std::int64_t> undefined_;
};

void announce(const Job& job, const std::vector<Task>& tasks, const CompareOptions& options) {
  for (const auto& line : job.left_out) log::warn("{}", line);
  double operations = 0;
  for (const auto& task : tasks) operations += task.cost;
  // 2e10 elements of pairs a second and core is what one tile kernel or product reaches, within a factor of
  // two.
  log::info("{}: {} matrices of {} cohorts, {:.1f} MiB, about {} of one core", options.output,
            job.slices.size(), job.cohorts.size(), static_cast<double>(job.layout.bytes()) / 0x1p20,
            duration_text(operations / 2e10 + 1));
}

}  // namespace

ExitCode compare(const CompareOptions& options, const parallel::Communicator& world, bool concurrent) {
  train::use_one_thread();
  std::unique_ptr<store::PopulationFile> population;
  Job job;
  world.agree([&] {
    population = std::make_unique<store::PopulationFile>(options.population);
    job = make_job(options, *population);
  });
  const auto tasks = make_tasks(job, options.memory > 0 ? options.memory : default_memory(world));
  std::unique_ptr<store::FileLock> lock;
  world.root_only([&] { lock = std::make_unique<store::FileLock>(options.output, options.take_lock); });
  const Images images(job.datasets(), options.data_folder, world);
  world.root_only([&] {
    announce(job, tasks, options);
    store::create_similarity(options.output, job.layout);
  });
  std::map<std::string, std::int64_t> undefined;
  {
    store::SimilarityFile output(options.output, world);
    Worker worker(job, *population, images, output);
    world.agree([&] {
      std::int64_t finished = 0;
      parallel::TicketQueue queue(world, static_cast<std::int64_t>(tasks.size()), concurrent,
                                  [&](int, const parallel::Progress& progress) {
                                    finished += static_cast<std::int64_t>(progress.settled);
                                    if (progress.settled > 0 && isatty(STDERR_FILENO))
                                      fmt::print(
                                          stderr, "\r{}/{} tiles{}", finished, tasks.size(),
                                          finished == static_cast<std::int64_t>(tasks.size()) ? "\n" : "");
                                  });
      parallel::Progress progress;
      while (const auto ticket = queue.next(progress)) {
        worker.work(tasks[static_cast<std::size_t>(*ticket)]);
        progress.settled = 1;
      }
      queue.finish({});
    });
    undefined = worker.undefined(world);
  }
  world.root_only([&] { store::finish_similarity(options.output, undefined); });
  return ExitCode::settled;
}

}  // namespace kindred::compare
