#include "merge/merge.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "core/build_info.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "merge/attributes.hpp"
#include "merge/plan.hpp"
#include "merge/stored_run.hpp"
#include "population/reduce.hpp"
#include "store/disk.hpp"
#include "store/lock.hpp"

namespace kindred::merge {
namespace {

/// A run of the merged file that an input holds something of.
struct Copy {
  std::int64_t run = 0, source = 0;
  std::size_t input = 0;
  store::State state = store::State::pending;
};

/// Those of all runs, by input.
std::vector<Copy> copies_of(const Plan& plan) {
  std::vector<Copy> copies;
  for (std::size_t run = 0; run < plan.sources.size(); ++run)
    if (plan.states[run] != store::State::pending)
      copies.push_back(
          {static_cast<std::int64_t>(run), plan.sources[run].run, plan.sources[run].input, plan.states[run]});
  std::ranges::stable_sort(copies, {}, &Copy::input);
  return copies;
}

void copy_run(const store::PopulationFile& from, const std::string& path, const Copy& copy,
              const std::vector<std::string>& cohort_of, store::PopulationFile& into) {
  if (copy.state == store::State::failed)
    return into.write_state(copy.run, copy.state, from.result(copy.source).message);
  const auto& cohort = cohort_of[static_cast<std::size_t>(copy.run)];
  const auto stored = read_run(from, copy.source, cohort, into.arrays(cohort));
  KINDRED_VALIDATE(stored && stored->result.state == copy.state,
                   io_error("run {} of {} does not have its checksum (damaged, or being changed) give "
                            "kindred verify --repair {}, which has it trained again",
                            copy.source, path, path));
  into.write_run(copy.run, stored->rows, stored->result, false);
}

/// This rank's share of the copies. Independent.
void copy_share(const std::vector<std::string>& paths, const std::vector<Copy>& copies,
                store::PopulationFile& into, const parallel::Communicator& world) {
  const auto cohort_of = into.texts("cohort");
  std::unique_ptr<store::PopulationFile> from;
  std::size_t opened = paths.size();
  for (auto i = static_cast<std::size_t>(world.rank()); i < copies.size();
       i += static_cast<std::size_t>(world.size())) {
    if (opened != copies[i].input) {
      opened = copies[i].input;
      from = std::make_unique<store::PopulationFile>(paths[opened]);
    }
    copy_run(*from, paths[opened], copies[i], cohort_of, into);
  }
  into.sync();
}

/// Plans and creates path + ".new". Independent (rank 0).
std::vector<Copy> create(const MergeOptions& options, store::TrainingTime& time) {
  std::vector<Input> inputs;
  for (const auto& path : options.inputs) {
    const auto& input = inputs.emplace_back(read_input(path));
    time.busy_seconds += input.time.busy_seconds;
    time.rank_seconds += input.time.rank_seconds;
  }
  auto plan = make_plan(inputs);
  plan.layout.attributes["created"] = utc_now();
  plan.layout.attributes["created_by"] = version_line();
  plan.layout.attributes["libraries"] = options.libraries;
  auto copies = copies_of(plan);
  store::create_population(options.output, plan.layout, false);
  log::info("merging {} files: {} runs in {} cohorts, {} of them settled or failed; a file of {}",
            inputs.size(), plan.sources.size(), plan.layout.cohorts.size(), copies.size(),
            store::readable_bytes(plan.layout.bytes()));
  return copies;
}

/// Fills path + ".new". Collective.
void fill(const MergeOptions& options, const std::vector<Copy>& copies, const store::TrainingTime& time,
          const parallel::Communicator& world) {
  store::PopulationFile file(options.output + ".new", world);
  store::PopulationLayout layout;
  double fraction = 0;
  world.agree([&] {
    layout = file.layout();
    fraction = optimal_fraction(layout.attributes, options.output);
    copy_share(options.inputs, copies, file, world);
  });
  world.root_only([&] { file.add_training_time(time); });
  population::reduce_population(file, layout.cohorts, fraction, world);
}

}  // namespace

ExitCode merge(const MergeOptions& options, const parallel::Communicator& world) {
  std::unique_ptr<store::FileLock> lock;
  std::vector<Copy> copies;
  store::TrainingTime time;
  world.root_only([&] {
    lock = std::make_unique<store::FileLock>(options.output, options.take_lock);
    copies = create(options, time);
  });
  copies = world.broadcast(copies);
  try {
    fill(options, copies, time, world);
    world.root_only([&] { store::publish(options.output); });
  } catch (const Error&) {
    if (world.is_root()) ::unlink((options.output + ".new").c_str());
    throw;
  }
  if (world.is_root()) {
    const auto count = [&](store::State state) { return std::ranges::count(copies, state, &Copy::state); };
    log::info("{}: {} runs done, {} diverged, {} failed", options.output, count(store::State::done),
              count(store::State::diverged), count(store::State::failed));
  }
  return ExitCode::settled;
}

}  // namespace kindred::merge
