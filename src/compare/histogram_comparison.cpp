#include "compare/families.hpp"
#include "compare/jensen_shannon.hpp"

namespace kindred::compare {
namespace {

/// Of stored histograms, by parameter.
class HistogramComparison : public BlockComparison {
 public:
  HistogramComparison(const Source& left, const Source& right)
      : sources_{left, right}, bins_(left.cohort->bins), counts_(static_cast<std::size_t>(bins_)) {}

  std::int64_t length() const override { return shares_length(bins_); }

  bool load(Side side, std::int64_t row, float* out) override {
    const auto& source = sources_[static_cast<std::size_t>(side)];
    read_snapshot(source, "histogram", row, source.slice * bins_, std::span(counts_));
    return make_shares(counts_, out);
  }

  void compare_block(const BlockPair& pair, std::span<PairSums> values) override {
    jensen_shannon(pair, bins_, values.front());
  }

 private:
  Source sources_[2];
  std::int64_t bins_ = 0;
  std::vector<std::uint32_t> counts_;
};

}  // namespace

std::unique_ptr<Comparison> compare_histograms(const Source& left, const Source& right) {
  return std::make_unique<HistogramComparison>(left, right);
}

}  // namespace kindred::compare
