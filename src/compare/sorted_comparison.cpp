#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "compare/families.hpp"
#include "compare/kolmogorov_smirnov.hpp"
#include "compare/sorted_values.hpp"

namespace kindred::compare {
namespace {

/// Of sorted values: Wasserstein-1 distances, Kolmogorov-Smirnov statistics.
///
/// A feature is what the Wasserstein kernel goes through (the values, or the pieces of both quantile
/// functions where the sides have different numbers of values), then, where they differ from it, the values,
/// and for Kolmogorov-Smirnov the counts below the points of a grid.
class SortedComparison : public BlockComparison {
 public:
  SortedComparison(std::span<const Metric> metrics, const Source& left, const Source& right)
      : values_{SortedValues(metrics.front().family, left), SortedValues(metrics.front().family, right)} {
    const std::int64_t sizes[] = {values_[0].size(), values_[1].size()};
    length_ = pieces_ = sizes[0];
    if (sizes[0] != sizes[1]) {
      steps_ = std::make_unique<QuantileSteps>(sizes[0], sizes[1]);
      pieces_ = static_cast<std::int64_t>(steps_->widths.size());
      values_at_ = FeatureRows::padded_length(pieces_);
      length_ = values_at_ + std::max(sizes[0], sizes[1]);
    }
    for (const auto& metric : metrics) of_distributions_.push_back(metric.name == "kolmogorov_smirnov");
    if (std::ranges::find(of_distributions_, true) == of_distributions_.end()) return;
    make_grid(left, right);
    counts_at_ = FeatureRows::padded_length(length_);
    length_ = counts_at_ + grid_->points();
  }

  std::int64_t length() const override { return length_; }

  bool load(Side side, std::int64_t row, float* out) override {
    auto& values = values_[static_cast<std::size_t>(side)];
    float* const sorted = out + values_at_;
    if (!values.load(row, sorted)) return false;
    if (steps_) {
      const auto& index = side == Side::left ? steps_->left_index : steps_->right_index;
      for (std::size_t k = 0; k < index.size(); ++k) out[k] = sorted[index[k]];
    }
    if (grid_)
      grid_->count({sorted, static_cast<std::size_t>(values.size())},
                   reinterpret_cast<std::int32_t*>(out + counts_at_));
    return true;
  }

  void compare_block(const BlockPair& pair, std::span<PairSums> values) override {
    for (std::size_t m = 0; m < of_distributions_.size(); ++m)
      of_distributions_[m] ? compare_distributions(pair, values[m]) : compare_quantiles(pair, values[m]);
  }

 private:
  void compare_quantiles(const BlockPair& pair, PairSums& out) const {
    absolute_differences(pair, pieces_, steps_ ? steps_->widths.data() : nullptr, out);
    if (!steps_)
      for (double& sum : out) sum /= static_cast<double>(pieces_);
  }

  void compare_distributions(const BlockPair& pair, PairSums& out) const {
    const auto sorted = [&](const float* rows, std::int64_t row, Side side) {
      return std::span(rows + row * pair.stride + values_at_,
                       static_cast<std::size_t>(values_[static_cast<std::size_t>(side)].size()));
    };
    const auto below = [&](const float* rows, std::int64_t row) {
      return reinterpret_cast<const std::int32_t*>(rows + row * pair.stride + counts_at_);
    };
    for (std::int64_t i = 0; i < pair.rows; ++i)
      for (std::int64_t j = pair.diagonal ? i : 0; j < pair.columns; ++j)
        out[static_cast<std::size_t>(i * block_runs + j)] =
            kolmogorov_smirnov(sorted(pair.left, i, Side::left), below(pair.left, i),
                               sorted(pair.right, j, Side::right), below(pair.right, j), grid_->points());
  }

  /// From some done runs of both sides; any grid gives the same statistics. As many as have every spread
  /// among them, since little is spared where all of a run's values lie in few cells, but a fourth of all at
  /// most.
  void make_grid(const Source& left, const Source& right) {
    const bool same = left.cohort == right.cohort && left.slice == right.slice;
    std::vector<std::vector<float>> sorted;
    for (const Side side : {Side::left, Side::right}) {
      if (same && side == Side::right) continue;
      const auto& valid = *(side == Side::left ? left : right).valid;
      auto& values = values_[static_cast<std::size_t>(side)];
      for (const auto row : spread_rows(valid, same ? 16 : 8)) {
        std::vector<float> sample(static_cast<std::size_t>(values.size()));
        if (!values.load(row, sample.data())) continue;
        if (constexpr auto most = KolmogorovSmirnovGrid::most_values; sample.size() > most) {
          for (std::size_t i = 0; i < most; ++i) sample[i] = sample[i * sample.size() / most];
          sample.resize(most);
          sample.shrink_to_fit();
        }
        sorted.push_back(std::move(sample));
      }
    }
    grid_ = std::make_unique<KolmogorovSmirnovGrid>(
        std::vector<std::span<const float>>(sorted.begin(), sorted.end()));
  }

  /// A fourth of the valid rows, or as many as `most`, at multiples of the golden ratio: a sweep's rows have
  /// periods, and this has none in common with them.
  static std::vector<std::int64_t> spread_rows(const std::vector<bool>& valid, std::size_t most) {
    std::vector<std::int64_t> rows;
    for (std::size_t row = 0; row < valid.size(); ++row)
      if (valid[row]) rows.push_back(static_cast<std::int64_t>(row));
    std::vector<std::int64_t> chosen;
    for (std::size_t k = 0; k < std::min(most, (rows.size() + 3) / 4); ++k) {
      const double turns = static_cast<double>(k) * std::numbers::phi;
      chosen.push_back(
          rows[static_cast<std::size_t>((turns - std::floor(turns)) * static_cast<double>(rows.size()))]);
    }
    return chosen;
  }

  SortedValues values_[2];
  std::unique_ptr<QuantileSteps> steps_;
  std::unique_ptr<KolmogorovSmirnovGrid> grid_;
  std::vector<bool> of_distributions_;  ///< for each metric: Kolmogorov-Smirnov, otherwise Wasserstein
  std::int64_t pieces_ = 0, values_at_ = 0, counts_at_ = 0, length_ = 0;
};

}  // namespace

std::unique_ptr<Comparison> compare_sorted(std::span<const Metric> metrics, const Source& left,
                                           const Source& right) {
  return std::make_unique<SortedComparison>(metrics, left, right);
}

}  // namespace kindred::compare
