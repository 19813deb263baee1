#include <algorithm>
#include <cmath>

#include "compare/agreement.hpp"
#include "compare/families.hpp"
#include "compare/predictions.hpp"

namespace kindred::compare {
namespace {

/// Of stored logits: predicted classes or class probabilities.
class PredictionComparison : public BlockComparison {
 public:
  PredictionComparison(Family family, const Source& left, const Source& right)
      : by_class_(family == Family::classes),
        sources_{left, right},
        probes_(left.probes),
        classes_(left.cohort->classes),
        logits_(static_cast<std::size_t>(probes_ * classes_)) {}

  std::int64_t length() const override {
    return by_class_ ? predicted_classes_length(probes_, classes_) : probes_ * classes_;
  }

  bool load(Side side, std::int64_t row, float* out) override {
    const auto& source = sources_[static_cast<std::size_t>(side)];
    source.file->read_row_part(source.cohort->name, "logits", row, 0, probes_ * classes_,
                               std::as_writable_bytes(std::span(logits_)));
    if (by_class_) return predicted_classes(logits_, classes_, out);
    if (!std::ranges::all_of(logits_, [](float value) { return std::isfinite(value); })) return false;
    probabilities(logits_, classes_, out);
    return true;
  }

  void compare_block(const BlockPair& pair, std::span<PairSums> values) override {
    if (by_class_)
      agreements(pair, probes_, classes_, values.front());
    else
      prediction_distances(pair, probes_, classes_, values.front());
  }

 private:
  bool by_class_;
  Source sources_[2];
  std::int64_t probes_, classes_;
  std::vector<float> logits_;
};

}  // namespace

std::unique_ptr<Comparison> compare_predictions(Family family, const Source& left, const Source& right) {
  return std::make_unique<PredictionComparison>(family, left, right);
}

}  // namespace kindred::compare
