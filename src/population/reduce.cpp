#include "population/reduce.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <optional>
#include <utility>

#include "population/cohort_rows.hpp"
#include "population/groups.hpp"

namespace kindred::population {
namespace {

using statistics::PopulationShape;
using statistics::PopulationSummary;

constexpr std::int64_t leaf_rows = 64;
// Leaves that are in memory at a time, on every rank.
constexpr std::int64_t leaves_at_once = 8;
// Weights of a run that are in memory at a time.
constexpr std::int64_t weights_at_once = 1 << 16;

std::int64_t leaves_of(std::int64_t rows) { return (rows + leaf_rows - 1) / leaf_rows; }

/// The summary, on rank 0, of rows of a cohort of `cohort_rows` that `add` adds to summaries of this shape.
/// Collective.
PopulationSummary summarise(const PopulationShape& shape, std::int64_t cohort_rows,
                            const std::vector<std::int64_t>& group,
                            const std::function<void(std::int64_t row, PopulationSummary&)>& add,
                            const parallel::Communicator& world) {
  const auto length = PopulationSummary::length(shape);
  const auto leaves = leaves_of(cohort_rows);
  std::optional<PopulationSummary> total;
  std::vector<double> slots;
  world.agree([&] {
    total.emplace(shape);
    slots.reserve(static_cast<std::size_t>(std::min(leaves_at_once, leaves)) * length);
  });
  for (std::int64_t first = 0; first < leaves; first += leaves_at_once) {
    const auto count = std::min(leaves_at_once, leaves - first);
    slots.assign(static_cast<std::size_t>(count) * length, 0.0);
    const auto slot = [&](std::int64_t leaf) {
      return std::span(slots).subspan(static_cast<std::size_t>(leaf - first) * length, length);
    };
    world.agree([&] {
      for (std::int64_t leaf = first; leaf < first + count; ++leaf) {
        if (leaf % world.size() != world.rank()) continue;
        PopulationSummary summary(shape, slot(leaf));
        const auto begin = std::lower_bound(group.begin(), group.end(), leaf * leaf_rows);
        const auto end = std::lower_bound(group.begin(), group.end(), (leaf + 1) * leaf_rows);
        for (auto row = begin; row != end; ++row) add(*row, summary);
      }
    });
    // A slot starts with its number of runs, so an empty leaf counts as unfilled.
    parallel::reduce_slots(world, slots, length);
    if (!world.is_root()) continue;
    for (std::int64_t leaf = first; leaf < first + count; ++leaf)
      total->merge(PopulationSummary(shape, slot(leaf)));
  }
  return std::move(*total);
}

/// Writes a group's part of one cohort's arrays of /population. Independent (rank 0).
class GroupWriter {
 public:
  GroupWriter(store::PopulationFile& file, const std::string& cohort, std::int64_t group)
      : file_(file), cohort_(cohort), group_(group) {}

  void write_runs(std::int64_t runs) { write("runs", std::vector{runs}); }

  void write_statistics(const PopulationSummary& summary, const PopulationShape& shape) {
    std::vector<double> moments, moments_mean, moments_std, node_moments;
    std::vector<std::uint64_t> histogram;
    const bool empty = summary.runs() == 0;
    for (std::int64_t row = 0; row < shape.rows; ++row) {
      for (const double moment : summary.pooled(row)) moments.push_back(empty ? nan : moment);
      for (std::int64_t m = 0; m < static_cast<std::int64_t>(statistics::moment_count); ++m) {
        moments_mean.push_back(summary.moment_mean(row, m));
        moments_std.push_back(summary.moment_std(row, m));
      }
      for (std::int64_t bin = 0; bin < shape.bins; ++bin) histogram.push_back(summary.histogram(row, bin));
    }
    for (std::int64_t layer = 0; layer < shape.layers; ++layer)
      for (const double moment : summary.node_pooled(layer)) node_moments.push_back(empty ? nan : moment);
    write("moments", moments);
    write("histogram", histogram);
    write("moments_mean", moments_mean);
    write("moments_std", moments_std);
    write("node_strength_moments", node_moments);
  }

  /// From weight `first` on.
  void write_weights(const PopulationSummary& summary, std::int64_t first) {
    const auto means = summary.weight_mean();
    std::vector<double> mean(means.begin(), means.end());
    if (summary.runs() == 0) std::ranges::fill(mean, nan);
    write("weight_mean", mean, first);
    write("weight_variance", summary.weight_variance(), first);
  }

 private:
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

  template <class T>
  void write(const char* name, const std::vector<T>& values, std::int64_t first = 0) {
    if (!values.empty())
      file_.write_population(cohort_, name, group_, first, std::as_bytes(std::span(values)));
  }

  store::PopulationFile& file_;
  const std::string& cohort_;
  std::int64_t group_;
};

/// Collective.
void reduce_cohort(store::PopulationFile& file, const store::CohortLayout& cohort,
                   const std::vector<std::vector<std::int64_t>>& groups,
                   const parallel::Communicator& world) {
  std::optional<CohortRows> rows;
  world.agree([&] { rows.emplace(file, cohort); });
  const auto count = std::ssize(cohort.runs), weights = weights_length(cohort);
  const auto statistics = statistics_shape(cohort);
  const auto writer = [&](std::size_t group) {
    return GroupWriter(file, cohort.name, static_cast<std::int64_t>(group));
  };
  // A kill on the way leaves groups that count as not computed; so does a node that is lost, as what the
  // last numbers vouch for is on the disk before them.
  world.root_only([&] {
    for (std::size_t g = 0; g < groups.size(); ++g) writer(g).write_runs(0);
    file.sync();
  });
  for (std::size_t g = 0; g < groups.size(); ++g) {
    const auto summary = summarise(
        statistics, count, groups[g],
        [&](std::int64_t row, PopulationSummary& leaf) { rows->add_statistics(row, leaf); }, world);
    world.root_only([&] { writer(g).write_statistics(summary, statistics); });
    for (std::int64_t first = 0; first < weights; first += weights_at_once) {
      const auto part = std::min(weights_at_once, weights - first);
      const auto of_part = summarise(
          {.weights = part}, count, groups[g],
          [&](std::int64_t row, PopulationSummary& leaf) { rows->add_weights(row, first, part, leaf); },
          world);
      world.root_only([&] { writer(g).write_weights(of_part, first); });
    }
  }
  world.root_only([&] {
    file.sync();
    for (std::size_t g = 0; g < groups.size(); ++g) writer(g).write_runs(std::ssize(groups[g]));
  });
}

}  // namespace

std::int64_t reduction_bytes(const store::CohortLayout& cohort, std::int64_t ranks) {
  const auto bytes = [](const PopulationShape& shape) {
    return static_cast<std::int64_t>(PopulationSummary::length(shape) * sizeof(double));
  };
  const auto slots = std::min(leaves_at_once, leaves_of(std::ssize(cohort.runs)));
  // Slots, the message of as many, the total and what is written, about as large as a summary.
  const auto summaries = slots * (ranks > 1 ? 2 : 1) + 2;
  return summaries * std::max(bytes(statistics_shape(cohort)),
                              bytes({.weights = std::min(weights_at_once, weights_length(cohort))}));
}

void reduce_population(store::PopulationFile& file, const std::vector<store::CohortLayout>& cohorts,
                       double optimal_fraction, const parallel::Communicator& world) {
  std::vector<std::vector<std::vector<std::int64_t>>> groups;
  world.agree([&] {
    const auto states = file.states();
    const auto accuracy = file.reals("test_accuracy");
    const auto ids = file.words("id");
    for (const auto& cohort : cohorts)
      groups.push_back(choose_groups(cohort.runs, states, accuracy, ids, optimal_fraction));
  });
  for (std::size_t c = 0; c < cohorts.size(); ++c) reduce_cohort(file, cohorts[c], groups[c], world);
  world.root_only([&] { file.sync(); });
}

}  // namespace kindred::population
