#include "train/train.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/log.hpp"
#include "core/time.hpp"
#include "population/reduce.hpp"
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
  for (const auto& cohort : layout.cohorts)
    for (const auto& array : cohort.arrays)
      KINDRED_VALIDATE(
          file.has_array(cohort.name, array.name),
          usage_error("{} lacks the array {} (it was made by {}) go on with the version that made "
                      "it, or give another -o",
                      path, array.name, file.attribute("created_by")));
}

/// Refuses a population file of another sweep or version.
void check_same(const std::string& path, const sweep::Sweep& sweep, const store::PopulationLayout& layout) {
  const store::PopulationFile file(path);
  if (file.attribute("sweep_id") == sweep.id()) return check_arrays(file, path, layout);
  const auto stored = sweep::parse_sweep(file.attribute("sweep"), path);
  auto difference = sweep::describe_difference(stored, sweep);
  if (difference.ends_with('\n')) difference.pop_back();
  for (std::size_t end = 0; (end = difference.find('\n', end)) != std::string::npos;)
    difference.replace(end, 1, "; ");
  throw usage_error("{} was made by another sweep ({}) give another -o, or the sweep file it was made by",
                    path, difference);
}

void create_or_check(const TrainOptions& options, const sweep::Sweep& sweep,
                     store::PopulationLayout& layout) {
  if (std::filesystem::exists(options.output)) return check_same(options.output, sweep, layout);
  layout.attributes["created"] = utc_now();
  layout.attributes["libraries"] = options.libraries;
  store::create_population(options.output, layout);
}

/// Failed runs become pending again when asked to. Returns the states that every rank then works from.
std::vector<store::State> settle_states(const TrainOptions& options, store::PopulationFile& file,
                                        const parallel::Communicator& world) {
  world.root_only([&] {
    if (!options.retry_failed) return;
    const auto states = file.states();
    for (std::size_t run = 0; run < states.size(); ++run)
      if (states[run] == store::State::failed)
        file.write_state(static_cast<std::int64_t>(run), store::State::pending, "");
  });
  std::vector<store::State> states;
  world.agree([&] { states = file.states(); });
  return states;
}

std::int64_t how_many(const std::vector<store::State>& states, store::State state) {
  return std::count(states.begin(), states.end(), state);
}

ExitCode conclude(const std::vector<store::State>& states, const std::string& path,
                  const parallel::Communicator& world) {
  const auto pending = how_many(states, store::State::pending),
             failed = how_many(states, store::State::failed);
  if (world.is_root()) {
    if (pending > 0)
      log::warn("stopped with {} of {} runs to do: the same command goes on with them", pending,
                states.size());
    if (failed > 0)
      log::warn("{} runs failed: kindred status {} tells why, --retry-failed tries them again", failed, path);
    if (pending == 0)
      log::info("{}: {} runs done, {} diverged, {} failed", path, how_many(states, store::State::done),
                how_many(states, store::State::diverged), failed);
  }
  return pending > 0 ? ExitCode::stopped : failed > 0 ? ExitCode::some_failed : ExitCode::settled;
}

}  // namespace

ExitCode train(const TrainOptions& options, const parallel::Communicator& world, bool concurrent) {
  const StopRequest stop(options.time_limit);
  const auto sweep = read_on_root(options.sweep_path, world);
  if (world.is_root() && sweep.duplicates > 0)
    log::warn("{} runs of the sweep repeat others and run once", sweep.duplicates);
  std::unique_ptr<Engine> engine;
  {
    const auto node = world.split_node();
    world.agree([&] { engine = make_engine(options.engine, options.device, node.rank()); });
  }
  const auto cohorts = make_cohorts(sweep);
  auto layout = population_layout(sweep, cohorts);

  std::unique_ptr<store::FileLock> lock;
  world.root_only([&] { lock = std::make_unique<store::FileLock>(options.output, options.take_lock); });
  const NodeData data(cohorts, options.data_folder, world);
  world.root_only([&] { create_or_check(options, sweep, layout); });

  std::vector<store::State> states;
  {
    store::PopulationFile file(options.output, world);
    const auto before = settle_states(options, file, world);
    world.barrier();  // every rank has read the states before any is written
    Training{sweep, cohorts, layout, data, *engine, stop, file, before}.run(options.pack, concurrent, world);
    world.agree([&] { states = file.states(); });
    population::reduce_population(file, layout.cohorts, sweep.record.optimal_fraction, world);
  }
  if (const auto peak = world.maximum(peak_memory()); peak > 0 && world.is_root())
    log::info("peak memory {} per rank", store::readable_bytes(static_cast<std::uint64_t>(peak)));
  return conclude(states, options.output, world);
}

}  // namespace kindred::train
