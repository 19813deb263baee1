#include "statistics/population.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "statistics/weights_kernel.hpp"

namespace kindred::statistics {
namespace {

constexpr std::size_t pooled_fields = 11;
static_assert(sizeof(Moments) == pooled_fields * sizeof(double), "Moments travel as plain doubles");
using PackedMoments = std::array<double, pooled_fields>;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Moments unpack(const double* fields) {
  PackedMoments packed;
  std::copy_n(fields, pooled_fields, packed.begin());
  return std::bit_cast<Moments>(packed);
}

void pack(const Moments& moments, double* fields) {
  const auto packed = std::bit_cast<PackedMoments>(moments);
  std::copy(packed.begin(), packed.end(), fields);
}

// One value between runs, as [count, mean, M2].
void merge_between(double* into, const double* other) {
  if (other[0] == 0) return;
  const double n = into[0] + other[0], delta = other[1] - into[1], share = other[0] / n;
  into[1] += delta * share;
  into[2] += other[2] + delta * delta * into[0] * share;
  into[0] = n;
}

}  // namespace

std::size_t PopulationSummary::length(const PopulationShape& shape) {
  return 1 + static_cast<std::size_t>(shape.rows) * (pooled_fields + shape.bins + 3 * moment_count) +
         static_cast<std::size_t>(shape.layers) * pooled_fields + 2 * static_cast<std::size_t>(shape.weights);
}

PopulationSummary::PopulationSummary(const PopulationShape& shape)
    : shape_(shape), own_(length(shape), 0.0), data_(own_) {}

PopulationSummary::PopulationSummary(const PopulationShape& shape, std::span<double> storage)
    : shape_(shape), data_(storage) {
  KINDRED_EXPECT(storage.size() == length(shape));
}

double* PopulationSummary::pooled_fields_of(std::int64_t row) const {
  return data_.data() + 1 + row * static_cast<std::int64_t>(pooled_fields);
}
double* PopulationSummary::histogram_counts(std::int64_t row) const {
  return pooled_fields_of(shape_.rows + shape_.layers) + row * shape_.bins;
}
double* PopulationSummary::between(std::int64_t row, std::int64_t moment) const {
  return histogram_counts(shape_.rows) + 3 * (row * static_cast<std::int64_t>(moment_count) + moment);
}
double* PopulationSummary::weight_means() const { return between(shape_.rows, 0); }
double* PopulationSummary::weight_squares() const { return weight_means() + shape_.weights; }

void PopulationSummary::merge_pooled(std::int64_t row, const Moments& moments) {
  Moments sum = unpack(pooled_fields_of(row));
  statistics::merge(sum, moments);
  pack(sum, pooled_fields_of(row));
}

void PopulationSummary::add(std::span<const double> moments, std::span<const std::uint32_t> histogram,
                            std::span<const Moments> node_strengths, std::span<const float> weights) {
  KINDRED_EXPECT(moments.size() == static_cast<std::size_t>(shape_.rows) * moment_count);
  KINDRED_EXPECT(histogram.size() == static_cast<std::size_t>(shape_.rows * shape_.bins));
  KINDRED_EXPECT(node_strengths.size() == static_cast<std::size_t>(shape_.layers));
  KINDRED_EXPECT(weights.size() == static_cast<std::size_t>(shape_.weights));
  data_[0] += 1;
  for (std::int64_t row = 0; row < shape_.rows; ++row) {
    MomentRow values;
    std::copy_n(moments.data() + row * static_cast<std::int64_t>(moment_count), moment_count, values.begin());
    merge_pooled(row, Moments::from_row(values));
    for (std::size_t m = 0; m < moment_count; ++m) {
      const double single[3] = {1, values[m], 0};
      if (!std::isnan(values[m])) merge_between(between(row, static_cast<std::int64_t>(m)), single);
    }
    double* counts = histogram_counts(row);
    for (std::int64_t k = 0; k < shape_.bins; ++k) counts[k] += histogram[row * shape_.bins + k];
  }
  for (std::int64_t layer = 0; layer < shape_.layers; ++layer)
    merge_pooled(shape_.rows + layer, node_strengths[static_cast<std::size_t>(layer)]);
  over_weights("kindred::statistics::add_weights",
               AddWeights{weights.data(), weight_means(), weight_squares(), shape_.weights, data_[0]});
}

void PopulationSummary::merge(const PopulationSummary& other) {
  KINDRED_EXPECT(other.data_.size() == data_.size());
  if (other.data_[0] == 0) return;
  for (std::int64_t row = 0; row < shape_.rows + shape_.layers; ++row)
    merge_pooled(row, unpack(other.pooled_fields_of(row)));
  for (std::int64_t row = 0; row < shape_.rows; ++row) {
    for (std::int64_t m = 0; m < static_cast<std::int64_t>(moment_count); ++m)
      merge_between(between(row, m), other.between(row, m));
    for (std::int64_t k = 0; k < shape_.bins; ++k) histogram_counts(row)[k] += other.histogram_counts(row)[k];
  }
  over_weights("kindred::statistics::merge_weights",
               MergeWeights{weight_means(), weight_squares(), other.weight_means(), other.weight_squares(),
                            shape_.weights, data_[0], other.data_[0]});
  data_[0] += other.data_[0];
}

std::int64_t PopulationSummary::runs() const { return static_cast<std::int64_t>(data_[0]); }

MomentRow PopulationSummary::pooled(std::int64_t row) const { return unpack(pooled_fields_of(row)).row(); }

MomentRow PopulationSummary::node_pooled(std::int64_t layer) const { return pooled(shape_.rows + layer); }

std::uint64_t PopulationSummary::histogram(std::int64_t row, std::int64_t bin) const {
  return static_cast<std::uint64_t>(histogram_counts(row)[bin]);
}

double PopulationSummary::moment_mean(std::int64_t row, std::int64_t moment) const {
  const double* value = between(row, moment);
  return value[0] > 0 ? value[1] : nan;
}

double PopulationSummary::moment_std(std::int64_t row, std::int64_t moment) const {
  const double* value = between(row, moment);
  return value[0] > 0 ? std::sqrt(value[2] / value[0]) : nan;
}

std::span<const double> PopulationSummary::weight_mean() const {
  return {weight_means(), static_cast<std::size_t>(shape_.weights)};
}

std::vector<double> PopulationSummary::weight_variance() const {
  std::vector<double> variance(weight_squares(), weight_squares() + shape_.weights);
  for (double& value : variance) value = runs() > 0 ? value / data_[0] : nan;
  return variance;
}

}  // namespace kindred::statistics
