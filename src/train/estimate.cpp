#include "train/estimate.hpp"

#include <algorithm>
#include <numeric>

namespace kindred::train {

std::vector<std::size_t> order_of_timing(const std::vector<PackKind>& kinds, const std::vector<Pack>& packs) {
  std::vector<double> work(kinds.size());
  std::size_t cohorts = 0;
  for (const auto& pack : packs) {
    work[pack.kind] += kinds[pack.kind].seconds;
    cohorts = std::max(cohorts, pack.cohort + 1);
  }
  std::vector<std::size_t> order(kinds.size()), turn(kinds.size()), turns(cohorts);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return work[a] > work[b]; });
  for (const auto kind : order) turn[kind] = turns[kinds[kind].cohort]++;
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return turn[a] < turn[b]; });
  return order;
}

std::vector<double> time_kinds(const std::vector<PackKind>& kinds, const std::vector<Pack>& packs,
                               const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                               StepTimer& timer, const TimingShare& share) {
  const double start = timer.now();
  std::vector<const Pack*> examples(kinds.size());
  for (const auto& pack : packs) examples[pack.kind] = &pack;
  const auto order = order_of_timing(kinds, packs);
  std::vector<double> timed(kinds.size());
  for (auto i = static_cast<std::size_t>(share.rank); i < order.size();
       i += static_cast<std::size_t>(share.ranks)) {
    if (timer.now() - start >= share.budget.count()) break;
    const auto& pack = *examples[order[i]];
    std::vector<sweep::RunSettings> members;
    for (const auto run : pack.runs) members.push_back(sweep.runs[static_cast<std::size_t>(run)]);
    try {
      timed[order[i]] = timer.seconds(cohorts[pack.cohort], members);
    } catch (const OutOfDeviceMemory&) {
    }
  }
  return timed;
}

void correct_estimates(std::vector<PackKind>& kinds, const std::vector<double>& timed) {
  CostModel model(kinds);
  for (std::size_t kind = 0; kind < kinds.size(); ++kind) model.observe(kind, timed[kind]);
  for (std::size_t kind = 0; kind < kinds.size(); ++kind)
    kinds[kind].seconds = timed[kind] > 0 ? timed[kind] : model.seconds(kind);
}

}  // namespace kindred::train
