#include "compare/feature.hpp"

#include <algorithm>

namespace kindred::compare {
namespace {

/// The weights of one parameter, or all of them, as stored or sorted.
class WeightsFeature : public Feature {
 public:
  WeightsFeature(const FeatureContext& context, std::int64_t slice, bool sorted)
      : context_(context), sorted_(sorted) {
    const auto& parameter = context.cohort.parameters[static_cast<std::size_t>(slice)];
    offset_ = parameter.offset;
    length_ = parameter.size;
  }

  std::int64_t length() const override { return length_; }
  void load(std::int64_t row, float* out) override {
    read_weights(context_, row, offset_, {out, static_cast<std::size_t>(length_)});
    if (sorted_) std::sort(out, out + length_);
  }

 private:
  FeatureContext context_;
  bool sorted_;
  std::int64_t offset_ = 0, length_ = 0;
};

}  // namespace

void read_weights(const FeatureContext& context, std::int64_t row, std::int64_t offset,
                  std::span<float> out) {
  context.file.read_row_part(context.cohort.name, "weights", row,
                             context.weights_snapshot * context.cohort.size() + offset,
                             static_cast<std::int64_t>(out.size()), std::as_writable_bytes(out));
}

std::unique_ptr<Feature> make_feature(const FeatureContext& context, Subject subject, std::int64_t slice) {
  if (subject == Subject::gram) return make_gram_feature(context, slice);
  return std::make_unique<WeightsFeature>(context, slice, subject == Subject::sorted_weights);
}

}  // namespace kindred::compare
