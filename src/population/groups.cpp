#include "population/groups.hpp"

#include <algorithm>
#include <cmath>

namespace kindred::population {

constexpr std::size_t min_runs_for_groups = 8;

std::vector<std::vector<std::int64_t>> choose_groups(std::span<const store::State> states,
                                                     std::span<const double> test_accuracy,
                                                     std::span<const std::uint64_t> ids, double fraction) {
  std::vector<std::int64_t> done;
  for (std::size_t row = 0; row < states.size(); ++row)
    if (states[row] == store::State::done) done.push_back(static_cast<std::int64_t>(row));
  std::vector<std::vector<std::int64_t>> groups{done, {}, {}};
  auto ranked = done;
  std::erase_if(ranked,
                [&](std::int64_t row) { return std::isnan(test_accuracy[static_cast<std::size_t>(row)]); });
  if (ranked.size() < min_runs_for_groups) return groups;
  std::sort(ranked.begin(), ranked.end(), [&](std::int64_t a, std::int64_t b) {
    const auto i = static_cast<std::size_t>(a), j = static_cast<std::size_t>(b);
    return test_accuracy[i] != test_accuracy[j] ? test_accuracy[i] > test_accuracy[j] : ids[i] < ids[j];
  });
  const auto count = static_cast<std::ptrdiff_t>(std::ceil(fraction * static_cast<double>(ranked.size())));
  groups[1].assign(ranked.begin(), ranked.begin() + count);
  groups[2].assign(ranked.end() - count, ranked.end());
  for (auto& group : groups) std::sort(group.begin(), group.end());
  return groups;
}

std::vector<std::vector<std::int64_t>> choose_groups(std::span<const std::int64_t> runs,
                                                     const std::vector<store::State>& states,
                                                     const std::vector<double>& test_accuracy,
                                                     const std::vector<std::uint64_t>& ids, double fraction) {
  std::vector<store::State> cohort_states;
  std::vector<double> cohort_accuracy;
  std::vector<std::uint64_t> cohort_ids;
  for (const auto run : runs) {
    const auto index = static_cast<std::size_t>(run);
    cohort_states.push_back(states.at(index));
    cohort_accuracy.push_back(test_accuracy.at(index));
    cohort_ids.push_back(ids.at(index));
  }
  return choose_groups(cohort_states, cohort_accuracy, cohort_ids, fraction);
}

}  // namespace kindred::population
