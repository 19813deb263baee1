#include "train/train.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/log.hpp"
#include "core/time.hpp"
#include "merge/reuse.hpp"
#include "population/reduce.hpp"
#include "population/states.hpp"
#include "store/disk.hpp"
#include "store/lock.hpp"
#include "train/peak_memory.hpp"
#include "train/training.hpp"

namespace kindred::train {
namespace {

/// Rank 0 reads the sweep file; the others get its text. Collective.
sweep::Sweep read_on_root(const std::string& path, const parallel::Communicator& world) {
  sweep::Sweep sweep;
  world.root_only([&] { sweep = sweep::read_sweep(path); });
  const auto text = world.broadcast(sweep.text);
  return world.is_root() ? sweep : sweep::parse_sweep(text, path);
}

/// Refuses a population file that has not the arrays which this version fills.
void check_arrays(const store::PopulationFile& file, const std::string& path,
                  const store::PopulationLayout& layout) {
  const auto same_sizes = [](const store::Array& a, const store::Array& b) {
    return a.type == b.type && std::ranges::equal(a.dimensions, b.dimensions, {}, &store::Dimension::size,
                                                  &store::Dimension::size);
  };
  for (const auto& cohort : layout.cohorts)
    for (const auto& array : cohort.arrays) {
      const bool there = file.has_array(cohort.name, array.name);
      if (there && same_sizes(file.array(cohort.name, array.name), array)) continue;
      throw usage_error(
          "{} {} {}{} (it was made by {}) go on with the version that made it, or give another -o", path,
          there ? "has the array" : "lacks the array", array.name, there ? " in another size" : "",
          file.attribute("created_by"));
    }
}

/// Refuses a population file of another sweep or version.
void check_same(const std::string& path, const sweep::Sweep& sweep, const store::PopulationLayout& layout) {
  const store::PopulationFile file(path);
  if (file.attribute("sweep_id") == sweep.id()) return check_arrays(file, path, layout);
  population::refuse_merged(file, path);
  KINDRED_VALIDATE(
      !file.attribute("sweep").empty(),
      usage_error("{} was made of models by kindred ingest (not by a sweep) give another -o", path));
  const auto stored = sweep::parse_sweep(file.attribute("sweep"), path);
  throw usage_error("{} was made by another sweep ({}) give another -o, or the sweep file it was made by",
                    path, sweep::describe_difference(stored, sweep));
}

void create_or_check(const TrainOptions& options, const sweep::Sweep& sweep,
                     store::PopulationLayout& layout) {
  if (std::filesystem::exists(options.output)) return check_same(options.output, sweep, layout);
  layout.attributes["created"] = utc_now();
  layout.attributes["libraries"] = options.libraries;
  store::create_population(options.output, layout);
}

/// The same engine on every rank: a run's values depend on it, and a checkpoint is of use to one alone.
/// Collective.
std::unique_ptr<Engine> agreed_engine(const TrainOptions& options, const parallel::Communicator& world) {
  std::unique_ptr<Engine> engine;
  const auto node = world.split_node();
  world.agree([&] { engine = make_engine(options.engine, options.device, node.rank()); });
  const auto first = world.broadcast(std::string(engine->name()));
  if (world.maximum(engine->name() != first) == 0) return engine;
  const auto having = world.sum(static_cast<std::int64_t>(engine->gains_from_packs()));
  if (world.is_root()) log::warn("{} of {} ranks have a GPU: training on CPUs", having, world.size());
  world.agree([&] { engine = make_engine(options.engine, "cpu"); });
  return engine;
}

}  // namespace

ExitCode train(const TrainOptions& options, const parallel::Communicator& world, bool concurrent) {
  std::optional<StopRequest> stop;
  world.agree([&] { stop.emplace(options.time_limit); });
  const auto sweep = read_on_root(options.sweep_path, world);
  if (world.is_root() && sweep.duplicates > 0)
    log::warn("{} runs of the sweep repeat others and run once", sweep.duplicates);
  const auto engine = agreed_engine(options, world);
  std::vector<Cohort> cohorts;
  store::PopulationLayout layout;
  world.agree([&] {
    cohorts = make_cohorts(sweep);
    layout = population_layout(sweep, cohorts);
  });

  std::unique_ptr<store::FileLock> lock;
  world.root_only([&] { lock = std::make_unique<store::FileLock>(options.output, options.take_lock); });
  const NodeData data(cohorts, options.data_folder, world);
  world.root_only([&] { create_or_check(options, sweep, layout); });

  std::vector<store::State> states;
  bool stopped = false;
  {
    store::PopulationFile file(options.output, world);
    if (!options.reuse.empty())
      merge::reuse_runs({.paths = options.reuse,
                         .failed = options.retry_failed,
                         .engine = engine->name(),
                         .stop = [&] { return stop->requested(); }},
                        layout, file, world);
    const auto before = population::settle_states(file, options.retry_failed, world);
    world.barrier();  // every rank has read the states before any is written
    Checkpoints checkpoints(options.output, sweep.id(), std::string(engine->name()),
                            options.checkpoint_interval);
    Training{sweep, cohorts, layout, data, *engine, *stop, checkpoints, file, before}.run(options.pack,
                                                                                          concurrent, world);
    stopped = world.maximum(stop->requested()) > 0;
    world.agree([&] { states = file.states(); });
    population::reduce_population(file, layout.cohorts, sweep.record.optimal_fraction, world);
  }
  if (const auto peak = world.maximum(peak_memory()); peak > 0 && world.is_root())
    log::info("peak memory {} per rank", store::readable_bytes(static_cast<std::uint64_t>(peak)));
  return population::conclude(states, options.output, "", stopped, world);
}

}  // namespace kindred::train
