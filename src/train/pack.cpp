#include "train/pack.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "core/error.hpp"

namespace kindred::train {
namespace {

constexpr double multiply_adds_a_second = 1e10;
constexpr double update = 5;

/// What members of a pack have in common; runs of a cohort may differ in it.
std::string shared_text(const sweep::RunSettings& settings) {
  return fmt::format("{} {} {}", cost_text(settings), sweep::to_text(settings["model.dropout"]),
                     settings.text("train.schedule"));
}

double static_seconds(const Cohort& cohort, const sweep::RunSettings& settings) {
  const auto train = static_cast<double>(cohort.train_samples),
             test = static_cast<double>(cohort.test_samples);
  const double steps = std::ceil(train / static_cast<double>(settings.integer("train.batch_size")));
  const double epoch = (3 * train + test) * cohort.network.multiply_adds() +
                       steps * update * static_cast<double>(cohort.network.size);
  return static_cast<double>(cohort.epochs) * epoch / multiply_adds_a_second;
}

}  // namespace

std::string cost_text(const sweep::RunSettings& settings) {
  return fmt::format("{} {} {} {} {}", settings.text("model.activation"), settings.real("model.dropout") > 0,
                     sweep::to_text(settings["model.heads"]), settings.integer("train.batch_size"),
                     settings.text("train.optimizer"));
}

std::vector<Compatible> compatible_runs(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                                        const std::vector<store::State>& states) {
  std::vector<Compatible> sets;
  for (std::size_t c = 0; c < cohorts.size(); ++c) {
    std::map<std::string, std::size_t> known;
    for (const auto run : cohorts[c].runs) {
      if (states[static_cast<std::size_t>(run)] != store::State::pending) continue;
      const auto shared = shared_text(sweep.runs[static_cast<std::size_t>(run)]);
      const auto [found, is_new] = known.emplace(shared, sets.size());
      if (is_new) sets.push_back({c, {}});
      sets[found->second].runs.push_back(run);
    }
  }
  return sets;
}

std::vector<Pack> make_packs(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                             std::vector<store::State> states, std::span<const std::int64_t> sizes,
                             const std::vector<std::vector<std::int64_t>>& resumed) {
  std::vector<Pack> packs;
  std::map<std::string, std::size_t> kinds;
  const auto add = [&](std::size_t cohort, std::vector<std::int64_t> runs, bool is_resumed) {
    const auto text = cost_text(sweep.runs[static_cast<std::size_t>(runs.front())]);
    const auto kind = kinds.emplace(fmt::format("{} {} {}", cohort, text, runs.size()), kinds.size());
    packs.push_back({cohort, kind.first->second, std::move(runs), is_resumed});
  };
  for (const auto& runs : resumed) {
    const auto holds = [&](const Cohort& cohort) {
      return std::ranges::find(cohort.runs, runs.front()) != cohort.runs.end();
    };
    add(static_cast<std::size_t>(std::ranges::find_if(cohorts, holds) - cohorts.begin()), runs, true);
    for (const auto run : runs)
      states[static_cast<std::size_t>(run)] = store::State::done;  // not to be packed again
  }
  for (const auto& [cohort, runs] : compatible_runs(sweep, cohorts, states)) {
    const auto size = static_cast<std::size_t>(sizes[cohort]);
    const auto count = (runs.size() + size - 1) / size;
    for (std::size_t i = 0; i < count; ++i)
      add(cohort,
          {runs.begin() + static_cast<std::ptrdiff_t>(runs.size() * i / count),
           runs.begin() + static_cast<std::ptrdiff_t>(runs.size() * (i + 1) / count)},
          false);
  }
  return packs;
}

std::vector<PackKind> kinds_of(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                               const std::vector<Pack>& packs) {
  std::map<std::string, std::size_t> architectures;
  std::vector<PackKind> kinds;
  for (const auto& pack : packs) {
    if (pack.kind < kinds.size()) continue;
    const auto& cohort = cohorts[pack.cohort];
    const auto architecture = architectures.emplace(cohort.network.architecture, architectures.size());
    const double run = static_seconds(cohort, sweep.runs[static_cast<std::size_t>(pack.runs.front())]);
    kinds.push_back({static_cast<double>(pack.runs.size()) * run, pack.cohort, architecture.first->second});
  }
  return kinds;
}

void sort_costliest_first(std::vector<Pack>& packs, const std::vector<PackKind>& kinds) {
  const auto rest = std::ranges::find(packs, false, &Pack::resumed);
  std::stable_sort(rest, packs.end(), [&](const Pack& a, const Pack& b) {
    return kinds[a.kind].seconds > kinds[b.kind].seconds;
  });
}

}  // namespace kindred::train
