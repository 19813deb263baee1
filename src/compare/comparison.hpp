#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "compare/block.hpp"
#include "compare/metric.hpp"
#include "compare/source.hpp"

namespace kindred::compare {

enum class Side { left, right };

/// Whether this process should stop; and what is thrown where work is given up because of it.
using Interrupt = std::function<bool()>;
struct Interrupted {};

/// How the metrics of one family compare the runs of two sources. Everything is a pure function of the two
/// runs, so values depend neither on the ranks nor on the memory. Independent.
class Comparison {
 public:
  virtual ~Comparison() = default;
  /// Floats of one run's feature, the same for both sides.
  virtual std::int64_t length() const = 0;
  /// Makes the feature of a cohort's row; false where it has none (a weight is not finite, a norm is zero),
  /// which makes the run's pairs NaN.
  virtual bool load(Side side, std::int64_t row, float* out) = 0;
  /// How many right blocks `compare` is best given together, and at most.
  virtual std::int64_t most_right_blocks() const { return right_blocks; }
  /// Values of all pairs of several left blocks and some right blocks. values: [pairs, metrics], of the
  /// metrics that the comparison was made for. Throws Interrupted when `stop` says so, where this may take
  /// long.
  virtual void compare(std::span<const BlockPair> pairs, std::span<PairSums> values,
                       const Interrupt& stop) = 0;
};

/// One that goes block by block.
class BlockComparison : public Comparison {
 public:
  void compare(std::span<const BlockPair> pairs, std::span<PairSums> values, const Interrupt& stop) final {
    const auto metrics = values.size() / pairs.size();
    for (std::size_t k = 0; k < pairs.size(); ++k) {
      if (stop && stop()) throw Interrupted();
      compare_block(pairs[k], values.subspan(k * metrics, metrics));
    }
  }

 protected:
  virtual void compare_block(const BlockPair& pair, std::span<PairSums> values) = 0;
};

/// The mean and standard deviation of each figure of the metric `moment`, over the runs that are compared.
struct MomentScale {
  static constexpr int figures = 4;
  double mean[figures] = {}, deviation[figures] = {};
};

/// `metrics`: of one family. `scale`: for the family `moments` alone. Throws as reading the file does.
std::unique_ptr<Comparison> make_comparison(std::span<const Metric> metrics, const Source& left,
                                            const Source& right, const MomentScale* scale);

}  // namespace kindred::compare
