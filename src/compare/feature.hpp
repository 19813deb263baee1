#pragma once

#include <memory>
#include <span>

#include "compare/cohort.hpp"
#include "compare/metric.hpp"
#include "store/population_file.hpp"

namespace kindred::compare {

/// What each run contributes to one matrix: `length` floats, a pure function of the run. Independent.
class Feature {
 public:
  virtual ~Feature() = default;
  virtual std::int64_t length() const = 0;
  virtual void load(std::int64_t row, float* out) = 0;  ///< of a cohort's row
};

/// What features are made from.
struct FeatureContext {
  const store::PopulationFile& file;
  const Cohort& cohort;
  std::span<const std::uint8_t> images;  ///< bytes of the dataset's test images, where they are needed
  std::int64_t weights_snapshot = 0;     ///< its index
  std::int64_t probes = 0;
};

/// The feature of a metric for one slice: index of a parameter (the last one is `all`) or representation.
std::unique_ptr<Feature> make_feature(const FeatureContext& context, Subject subject, std::int64_t slice);

/// The centred Gram matrix of a network's representation of the first test images (linear kernel), as a
/// vector whose inner products are those of the matrices: upper triangle, off-diagonal elements times √2.
std::unique_ptr<Feature> make_gram_feature(const FeatureContext& context, std::int64_t representation);

/// A run's flat weights at the context's snapshot, or the part from `offset`.
void read_weights(const FeatureContext& context, std::int64_t row, std::int64_t offset, std::span<float> out);

}  // namespace kindred::compare
