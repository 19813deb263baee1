#include "compare/moment_comparison.hpp"

#include <algorithm>
#include <cmath>

#include "compare/families.hpp"
#include "statistics/moments.hpp"

namespace kindred::compare {
namespace {

constexpr int figures = MomentScale::figures;

/// z-scores of figures, whose Euclidean distance is the metric.
class MomentComparison : public BlockComparison {
 public:
  MomentComparison(const Source& left, const Source& right, const MomentScale& scale)
      : sources_{left, right}, scale_(scale) {}

  std::int64_t length() const override { return figures; }

  bool load(Side side, std::int64_t row, float* out) override {
    const auto& source = sources_[static_cast<std::size_t>(side)];
    std::array<double, statistics::moment_names.size()> stored;
    read_snapshot(source, "moments", row, source.slice * static_cast<std::int64_t>(stored.size()),
                  std::span<double>(stored));
    const auto values = moment_figures(stored);
    if (!values) return false;
    for (int k = 0; k < figures; ++k) {
      const double score = ((*values)[static_cast<std::size_t>(k)] - scale_.mean[k]) / scale_.deviation[k];
      out[k] = std::isfinite(score) ? static_cast<float>(score) : 0.0f;
    }
    return true;
  }

  void compare_block(const BlockPair& pair, std::span<PairSums> values) override {
    for (std::int64_t i = 0; i < pair.rows; ++i)
      for (std::int64_t j = pair.diagonal ? i : 0; j < pair.columns; ++j) {
        double squares = 0;
        for (int k = 0; k < figures; ++k) {
          const double difference = static_cast<double>(pair.left[i * pair.stride + k]) -
                                    static_cast<double>(pair.right[j * pair.stride + k]);
          squares += difference * difference;
        }
        values.front()[static_cast<std::size_t>(i * block_runs + j)] = std::sqrt(squares);
      }
  }

 private:
  Source sources_[2];
  MomentScale scale_;
};

}  // namespace

std::optional<MomentFigures> moment_figures(std::span<const double> stored) {
  using namespace statistics::moment_column;
  if (!(stored[count] > 0) || !std::isfinite(stored[mean]) || !std::isfinite(stored[variance])) return {};
  return {{stored[mean], std::log(stored[variance] + 1e-12), stored[skewness], stored[kurtosis]}};
}

MomentScale moment_scale(std::span<const MomentFigures> all) {
  MomentScale scale;
  for (int k = 0; k < figures; ++k) {
    double count = 0, sum = 0, squares = 0, smallest = INFINITY, largest = -INFINITY;
    for (const auto& values : all)
      if (const double value = values[static_cast<std::size_t>(k)]; std::isfinite(value)) {
        ++count;
        sum += value;
        smallest = std::min(smallest, value);
        largest = std::max(largest, value);
      }
    scale.mean[k] = count > 0 ? sum / count : 0;
    for (const auto& values : all)
      if (const double value = values[static_cast<std::size_t>(k)]; std::isfinite(value))
        squares += (value - scale.mean[k]) * (value - scale.mean[k]);
    // The mean of equal figures may be off by a rounding, which must not count as a deviation.
    scale.deviation[k] = largest > smallest ? std::sqrt(squares / count) : 0;
  }
  return scale;
}

std::unique_ptr<Comparison> compare_moments(const Source& left, const Source& right,
                                            const MomentScale& scale) {
  return std::make_unique<MomentComparison>(left, right, scale);
}

}  // namespace kindred::compare
