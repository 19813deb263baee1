#include "train/pack.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace kindred::train {

std::vector<Pack> make_packs(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                             const std::vector<store::State>& states, std::int64_t size) {
  std::vector<Pack> packs;
  for (std::size_t c = 0; c < cohorts.size(); ++c) {
    const auto& cohort = cohorts[c];
    // A step costs about three passes over the weights for each sample: one forward, two backward.
    const double cost =
        static_cast<double>(cohort.epochs) * static_cast<double>(cohort.network.size) *
        (3.0 * static_cast<double>(cohort.train_samples) + static_cast<double>(cohort.test_samples));
    std::map<std::tuple<std::string, std::int64_t, std::string, std::string>, std::size_t> open;
    for (const auto run : cohort.runs) {
      if (states[static_cast<std::size_t>(run)] != store::State::pending) continue;
      const auto& settings = sweep.runs[static_cast<std::size_t>(run)];
      const std::tuple shared{settings.text("model.activation"), settings.integer("train.batch_size"),
                              settings.text("train.optimizer"), settings.text("train.schedule")};
      auto found = open.find(shared);
      if (found == open.end() || static_cast<std::int64_t>(packs[found->second].runs.size()) == size) {
        found = open.insert_or_assign(shared, packs.size()).first;
        packs.push_back({c, {}, 0});
      }
      auto& pack = packs[found->second];
      pack.runs.push_back(run);
      pack.cost += cost;
    }
  }
  std::stable_sort(packs.begin(), packs.end(), [](const Pack& a, const Pack& b) { return a.cost > b.cost; });
  return packs;
}

}  // namespace kindred::train
