#include "train/work_list.hpp"

#include <algorithm>

#include "train/estimate.hpp"
#include "train/pack_size.hpp"

namespace kindred::train {
namespace {

/// `find` fills `values` on rank 0; the others get them. Collective, or alone without `world`.
template <class T>
void find_on_root(const parallel::Communicator* world, std::vector<T>& values,
                  const std::function<void()>& find) {
  if (!world) return find();
  world->root_only(find);
  values = world->broadcast(std::move(values));
}

}  // namespace

Schedule WorkList::schedule() const {
  std::vector<std::size_t> kind_of;
  for (const auto& pack : packs) kind_of.push_back(pack.kind);
  return Schedule(CostModel(kinds), kind_of, std::ranges::count(packs, true, &Pack::resumed));
}

WorkList make_work_list(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                        const std::vector<store::State>& states, const Engine& engine, StepTimer& timer,
                        const WorkOptions& options, const parallel::Communicator* world) {
  std::vector<std::int64_t> sizes(cohorts.size(), options.pack);
  if (options.pack == 0)
    find_on_root(world, sizes,
                 [&] { sizes = choose_pack_sizes(sweep, cohorts, states, engine, timer, options.ranks); });
  WorkList work{make_packs(sweep, cohorts, states, sizes, options.resumed), {}};
  work.kinds = kinds_of(sweep, cohorts, work.packs);
  const bool order_matters = options.ranks > 1 && work.kinds.size() > 1 &&
                             work.packs.size() > static_cast<std::size_t>(options.ranks);
  if (options.time_all || order_matters) {
    std::vector<double> timed;
    const auto time = [&](std::int64_t rank, std::int64_t ranks) {
      timed = time_kinds(work.kinds, work.packs, sweep, cohorts, timer, {rank, ranks, options.budget});
    };
    if (world) {
      world->agree([&] { time(world->rank(), world->size()); });
      parallel::reduce_slots(*world, timed, 1);
    } else {
      time(0, 1);
    }
    // One rank's arithmetic for all: unlike processors may round otherwise, and then order otherwise.
    find_on_root(world, work.kinds, [&] { correct_estimates(work.kinds, timed); });
  }
  sort_costliest_first(work.packs, work.kinds);
  return work;
}

}  // namespace kindred::train
