#include "population/reduce.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "statistics/population.hpp"

namespace kindred::population {
namespace {

constexpr std::int64_t leaf_rows = 64;
// Leaves that are in memory at a time, on every rank.
constexpr std::int64_t leaves_at_once = 8;
constexpr std::size_t min_runs_for_groups = 8;

template <class T>
std::span<std::byte> bytes_of(std::vector<T>& values) {
  return std::as_writable_bytes(std::span(values));
}

/// Elements of one run in the array, 0 where the cohort has none.
std::int64_t row_length(const store::CohortLayout& cohort, std::string_view name) {
  for (const auto& array : cohort.arrays)
    if (array.name == name) return array.row_length();
  return 0;
}

/// How many nodes each layer has, from the layout's constant `node_layer`.
std::vector<std::int64_t> layer_sizes(const store::CohortLayout& cohort) {
  std::vector<std::int64_t> sizes;
  for (const auto& constant : cohort.constants) {
    if (constant.name != "node_layer") continue;
    for (const auto layer : std::get<std::vector<std::int32_t>>(constant.values)) {
      sizes.resize(static_cast<std::size_t>(layer) + 1);
      ++sizes.back();
    }
  }
  return sizes;
}

statistics::PopulationShape shape_of(const store::CohortLayout& cohort) {
  const auto rows = row_length(cohort, "moments") / static_cast<std::int64_t>(statistics::moment_count);
  return {rows, row_length(cohort, "histogram") / rows, row_length(cohort, "layer_fluctuation"),
          row_length(cohort, "weights")};
}

std::int64_t leaves_of(std::int64_t rows) { return (rows + leaf_rows - 1) / leaf_rows; }

/// One cohort's rows, read from the file as they are needed.
class Rows {
 public:
  Rows(const store::PopulationFile& file, const store::CohortLayout& cohort)
      : file_(file), cohort_(cohort), shape_(shape_of(cohort)), layers_(layer_sizes(cohort)) {
    moments_.resize(static_cast<std::size_t>(shape_.rows) * statistics::moment_count);
    histogram_.resize(static_cast<std::size_t>(shape_.rows * shape_.bins));
    strengths_.resize(static_cast<std::size_t>(row_length(cohort, "node_strength")));
    weights_.resize(static_cast<std::size_t>(shape_.weights));
  }

  const statistics::PopulationShape& shape() const { return shape_; }

  void add(std::int64_t row, statistics::PopulationSummary& summary) {
    read("moments", row, moments_);
    read("histogram", row, histogram_);
    read("node_strength", row, strengths_);
    read("weights", row, weights_);
    summary.add(moments_, histogram_, node_moments(), weights_);
  }

 private:
  template <class T>
  void read(const char* array, std::int64_t row, std::vector<T>& values) const {
    if (!values.empty()) file_.read_rows(cohort_.name, array, row, 1, bytes_of(values));
  }

  /// Of the strengths of each snapshot's layers.
  std::span<const statistics::Moments> node_moments() {
    node_moments_.clear();
    std::span<const float> left(strengths_);
    while (!left.empty())
      for (const auto size : layers_) {
        node_moments_.push_back(statistics::moments_of(left.first(static_cast<std::size_t>(size))));
        left = left.subspan(static_cast<std::size_t>(size));
      }
    return node_moments_;
  }

  const store::PopulationFile& file_;
  const store::CohortLayout& cohort_;
  statistics::PopulationShape shape_;
  std::vector<std::int64_t> layers_;
  std::vector<double> moments_;
  std::vector<std::uint32_t> histogram_;
  std::vector<float> strengths_, weights_;
  std::vector<statistics::Moments> node_moments_;
};

/// The summary of the group's rows. Collective.
statistics::PopulationSummary summarise(Rows& rows, std::int64_t cohort_rows,
                                        const std::vector<std::int64_t>& group,
                                        const parallel::Communicator& world) {
  const auto length = statistics::PopulationSummary::length(rows.shape());
  statistics::PopulationSummary total(rows.shape());
  const std::int64_t leaves = leaves_of(cohort_rows);
  std::vector<double> slots;
  for (std::int64_t first = 0; first < leaves; first += leaves_at_once) {
    const auto count = std::min(leaves_at_once, leaves - first);
    slots.assign(static_cast<std::size_t>(count) * length, 0.0);
    const auto slot = [&](std::int64_t leaf) {
      return std::span(slots).subspan(static_cast<std::size_t>(leaf - first) * length, length);
    };
    world.agree([&] {
      for (std::int64_t leaf = first; leaf < first + count; ++leaf) {
        if (leaf % world.size() != world.rank()) continue;
        statistics::PopulationSummary summary(rows.shape(), slot(leaf));
        const auto begin = std::lower_bound(group.begin(), group.end(), leaf * leaf_rows);
        const auto end = std::lower_bound(group.begin(), group.end(), (leaf + 1) * leaf_rows);
        for (auto row = begin; row != end; ++row) rows.add(*row, summary);
      }
    });
    // A slot starts with its number of runs, so an empty leaf counts as unfilled.
    parallel::reduce_slots(world, slots, length);
    for (std::int64_t leaf = first; leaf < first + count; ++leaf)
      total.merge(statistics::PopulationSummary(rows.shape(), slot(leaf)));
  }
  return total;
}

/// The arrays of one cohort's groups, one group after another.
struct GroupArrays {
  std::vector<std::int64_t> runs;
  std::vector<double> moments, moments_mean, moments_std, node_moments, weight_mean, weight_variance;
  std::vector<std::uint64_t> histogram;

  void append(const statistics::PopulationSummary& summary, const statistics::PopulationShape& shape) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const bool empty = summary.runs() == 0;
    runs.push_back(summary.runs());
    for (std::int64_t row = 0; row < shape.rows; ++row) {
      const auto pooled = summary.pooled(row);
      for (std::size_t m = 0; m < statistics::moment_count; ++m) {
        const auto moment = static_cast<std::int64_t>(m);
        moments.push_back(empty ? nan : pooled[m]);
        moments_mean.push_back(empty ? nan : summary.moment_mean(row, moment));
        moments_std.push_back(empty ? nan : summary.moment_std(row, moment));
      }
      for (std::int64_t bin = 0; bin < shape.bins; ++bin) histogram.push_back(summary.histogram(row, bin));
    }
    for (std::int64_t layer = 0; layer < shape.layers; ++layer)
      for (const double moment : summary.node_pooled(layer)) node_moments.push_back(empty ? nan : moment);
    const auto mean = summary.weight_mean();
    const auto variance = summary.weight_variance();
    for (std::size_t i = 0; i < mean.size(); ++i) {
      weight_mean.push_back(empty ? nan : mean[i]);
      weight_variance.push_back(empty ? nan : variance[i]);
    }
  }
};

}  // namespace

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

std::int64_t reduction_bytes(const store::CohortLayout& cohort, std::int64_t ranks) {
  const auto length = static_cast<std::int64_t>(statistics::PopulationSummary::length(shape_of(cohort)));
  const auto slots = std::min(leaves_at_once, leaves_of(static_cast<std::int64_t>(cohort.runs.size())));
  // While the last group is reduced: slots, the message of as many, the total, and two groups' results, each
  // about as large as a summary. Then its results are added, in arrays that grow.
  const auto reducing = slots * (ranks > 1 ? 2 : 1) + 3, adding = std::int64_t{6};
  return std::max(reducing, adding) * length * static_cast<std::int64_t>(sizeof(double));
}

void reduce_population(store::PopulationFile& file, const std::vector<store::CohortLayout>& cohorts,
                       double optimal_fraction, const parallel::Communicator& world) {
  std::vector<store::State> states;
  std::vector<double> accuracy;
  std::vector<std::uint64_t> ids;
  world.agree([&] {
    states = file.states();
    accuracy = file.reals("test_accuracy");
    ids = file.words("id");
  });
  for (const auto& cohort : cohorts) {
    std::vector<store::State> cohort_states;
    std::vector<double> cohort_accuracy;
    std::vector<std::uint64_t> cohort_ids;
    for (const auto run : cohort.runs) {
      const auto index = static_cast<std::size_t>(run);
      cohort_states.push_back(states[index]);
      cohort_accuracy.push_back(accuracy[index]);
      cohort_ids.push_back(ids[index]);
    }
    Rows rows(file, cohort);
    GroupArrays arrays;
    for (const auto& group : choose_groups(cohort_states, cohort_accuracy, cohort_ids, optimal_fraction))
      arrays.append(summarise(rows, static_cast<std::int64_t>(cohort.runs.size()), group, world),
                    rows.shape());
    world.root_only([&] {
      const auto write = [&](const char* name, const auto& values) {
        if (!values.empty()) file.write_population(cohort.name, name, std::as_bytes(std::span(values)));
      };
      // A kill on the way leaves groups that count as not computed; so does a node that is lost, as what the
      // last number vouches for is on the disk before it.
      write("runs", std::vector<std::int64_t>(arrays.runs.size()));
      file.sync();
      write("moments", arrays.moments);
      write("histogram", arrays.histogram);
      write("moments_mean", arrays.moments_mean);
      write("moments_std", arrays.moments_std);
      write("node_strength_moments", arrays.node_moments);
      write("weight_mean", arrays.weight_mean);
      write("weight_variance", arrays.weight_variance);
      file.sync();
      write("runs", arrays.runs);
    });
  }
  world.root_only([&] { file.sync(); });
}

}  // namespace kindred::population
