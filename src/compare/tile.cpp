#include "compare/tile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace kindred::compare {

std::vector<Tile> make_tiles(std::int64_t left, std::int64_t right, bool triangle,
                             std::int64_t blocks_per_side) {
  const auto side = blocks_per_side * block_runs;
  std::vector<Tile> tiles;
  for (std::int64_t row = 0; row < left; row += side)
    for (std::int64_t column = triangle ? row : 0; column < right; column += side)
      tiles.push_back({row, std::min(side, left - row), column, std::min(side, right - column)});
  return tiles;
}

Features::Features(Comparison& comparison, Side side, std::int64_t first, std::int64_t rows,
                   const std::vector<bool>& valid, const Interrupt& stop)
    : defined_(static_cast<std::size_t>(rows)),
      values_(FeatureRows::padded_rows(rows), comparison.length(), false) {
  const auto clear = [&](std::int64_t i) { std::fill_n(values_.row(i), values_.stride(), 0.0f); };
  for (std::int64_t i = 0; i < values_.rows(); ++i) {
    if (stop && stop()) throw Interrupted();
    clear(i);
    if (i >= rows || !valid[static_cast<std::size_t>(first + i)]) continue;
    const bool defined = comparison.load(side, first + i, values_.row(i));
    if (!defined) clear(i);
    defined_[static_cast<std::size_t>(i)] = defined;
  }
}

std::vector<std::vector<float>> compute_tile(Comparison& comparison, std::span<const Metric> metrics,
                                             const Features& left, const Features* right,
                                             const Interrupt& stop) {
  const bool diagonal = right == nullptr;
  const Features& other = diagonal ? left : *right;
  const auto columns = other.rows();
  std::vector<std::vector<float>> values(metrics.size(),
                                         std::vector<float>(static_cast<std::size_t>(left.rows() * columns)));
  const auto value = [&](const Metric& metric, std::int64_t i, std::int64_t j, double computed) {
    if (!left.defined(i) || !other.defined(j) || std::isnan(computed))
      return std::numeric_limits<double>::quiet_NaN();
    if (diagonal && i == j) return metric.is_distance() ? 0.0 : 1.0;  // whatever the rounding
    return std::clamp(computed, metric.low, metric.high);
  };
  std::vector<BlockPair> pairs;
  std::vector<std::pair<std::int64_t, std::int64_t>> places;  // first row and column of each
  std::vector<PairSums> found;
  const auto together = comparison.most_right_blocks();
  for (std::int64_t first = 0; first < other.blocks(); first += together) {
    if (stop && stop()) throw Interrupted();
    const auto end = std::min(first + together, other.blocks());
    pairs.clear();
    places.clear();
    for (std::int64_t p = 0; p < (diagonal ? end : left.blocks()); ++p)
      for (std::int64_t q = diagonal ? std::max(first, p) : first; q < end; ++q) {
        pairs.push_back(
            {left.block(p), other.block(q), left.stride(), left.runs(p), other.runs(q), diagonal && p == q});
        places.emplace_back(p * block_runs, q * block_runs);
      }
    found.resize(pairs.size() * metrics.size());
    comparison.compare(pairs, found, stop);
    for (std::size_t p = 0; p < pairs.size(); ++p)
      for (std::size_t m = 0; m < metrics.size(); ++m)
        for (std::int64_t r = 0; r < pairs[p].rows; ++r)
          for (std::int64_t c = pairs[p].diagonal ? r : 0; c < pairs[p].columns; ++c) {
            const auto i = places[p].first + r, j = places[p].second + c;
            const auto computed = found[p * metrics.size() + m][static_cast<std::size_t>(r * block_runs + c)];
            const auto result = static_cast<float>(value(metrics[m], i, j, computed));
            values[m][static_cast<std::size_t>(i * columns + j)] = result;
            if (diagonal) values[m][static_cast<std::size_t>(j * columns + i)] = result;
          }
  }
  return values;
}

}  // namespace kindred::compare
