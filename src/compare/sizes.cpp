#include "compare/sizes.hpp"

#include <algorithm>

#include "compare/agreement.hpp"
#include "compare/families.hpp"
#include "compare/jensen_shannon.hpp"
#include "compare/kolmogorov_smirnov.hpp"
#include "compare/representation_widths.hpp"
#include "compare/sorted_values.hpp"

namespace kindred::compare {
namespace {

// Seconds of one core of a 2.8 GHz Ice Lake server (benchmark_similarity), within a factor of two.
constexpr double sort_value = 7e-9, read_value = 4e-9, difference = 0.1e-9, product = 0.018e-9;
constexpr std::int64_t grid = KolmogorovSmirnovGrid::most_points + 16;

std::int64_t elements(const std::vector<Cohort::Parameter>& parts, std::int64_t slice) {
  const auto k = static_cast<std::size_t>(slice);
  return k < parts.size() ? parts[k].size : parts.back().offset + parts.back().size;
}

Sizes of_sorted(std::int64_t left, std::int64_t right, std::size_t metrics) {
  const auto values = std::max(left, right), pieces = left == right ? left : left + right;
  Sizes sizes;
  sizes.feature = FeatureRows::padded_length(pieces) + (left == right ? 0 : values) + grid;
  sizes.run = sort_value * static_cast<double>(values);
  sizes.pair = (difference * static_cast<double>(pieces) + 1e-6) * static_cast<double>(metrics);
  // One run's values while the grid is made, and what is kept of some; the pieces' places and widths.
  sizes.beside =
      static_cast<std::size_t>(values) * sizeof(float) +
      16 * sizeof(float) * std::min(static_cast<std::size_t>(values), KolmogorovSmirnovGrid::most_values);
  if (left != right) sizes.beside += static_cast<std::size_t>(pieces) * QuantileSteps::bytes_of_piece;
  return sizes;
}

/// Of the evaluated networks of both sides, whose representations are `width` wide.
Sizes of_representations(const Cohort& left, const Cohort& right, std::int64_t probes, std::int64_t width) {
  Sizes sizes;
  for (const auto* cohort : {&left, &right}) {
    const auto& network = cohort->network(0);
    const auto images = probes * network.inputs,
               layers = 4 * std::min(probes, images_at_once) * network.widest();
    // The images; while one network is evaluated, its weights twice, and a few layers' values.
    sizes.beside += sizeof(float) * static_cast<std::size_t>(images + 2 * network.size + layers);
    sizes.run = std::max(sizes.run, product * static_cast<double>(probes) * network.multiply_adds() +
                                        read_value * static_cast<double>(network.size));
  }
  // Decompositions work on a few copies in double.
  sizes.beside += 6 * sizeof(double) * static_cast<std::size_t>(probes * width);
  return sizes;
}

Sizes of_grams(const Cohort& left, const Cohort& right, std::int64_t probes, std::int64_t width) {
  auto sizes = of_representations(left, right, probes, width);
  const auto n = static_cast<double>(probes);
  sizes.feature = FeatureRows::padded_length(probes) + probes * (probes - 1) / 2 + 32;
  sizes.run += n * n * (product * static_cast<double>(width) + 1e-9);
  sizes.pair = product * n * n / 2;
  sizes.beside += sizeof(float) * static_cast<std::size_t>(gram_panel * probes);
  return sizes;
}

Sizes of_subspaces(const Cohort& left, const Cohort& right, std::int64_t probes, std::int64_t a,
                   std::int64_t b) {
  const auto width = std::max(a, b), vectors = std::min(probes, width);
  auto sizes = of_representations(left, right, probes, width);
  const auto n = static_cast<double>(probes), v = static_cast<double>(vectors);
  const auto narrow = static_cast<double>(std::min({probes, a, b}));
  sizes.feature = vectors * (probes + width) + 32;
  sizes.run += 0.1e-9 * n * v * v;
  sizes.pair = product * n * v * narrow + 0.4e-9 * v * narrow * narrow;
  return sizes;
}

Sizes of_family(const Job& job, const Unit& unit) {
  const auto &left = job.cohorts[unit.left], &right = job.cohorts[unit.right];
  const auto n = static_cast<double>(unit.probes);
  const auto sorted = [&](const std::vector<Cohort::Parameter> Cohort::*parts) {
    return of_sorted(elements(left.*parts, unit.left_slice), elements(right.*parts, unit.right_slice),
                     unit.metrics.size());
  };
  const auto width = [](const Cohort& cohort, std::int64_t slice) {
    return representation_widths(cohort.network(0))[static_cast<std::size_t>(slice)];
  };
  switch (unit.metrics.front().family) {
    case Family::sorted_weights:
    case Family::standardized_weights:
      return sorted(&Cohort::parameters);
    case Family::spectra:
      return sorted(&Cohort::matrices);
    case Family::node_strengths:
      return sorted(&Cohort::layers);
    case Family::weights: {
      const auto size = elements(left.parameters, unit.left_slice);
      const auto values = static_cast<double>(size);
      return {size, read_value * values + 30e-6, product * values, 0};
    }
    case Family::histograms: {
      const auto bins = static_cast<double>(left.bins);
      return {shares_length(left.bins), read_value * bins + 30e-6, 0.5e-9 * bins,
              static_cast<std::size_t>(left.bins) * sizeof(std::uint32_t)};
    }
    case Family::moments:
      return {16, 30e-6, 10e-9, 0};
    case Family::classes:
      return {predicted_classes_length(unit.probes, left.classes),
              read_value * n * static_cast<double>(left.classes) + 30e-6, 0.04e-9 * n,
              static_cast<std::size_t>(unit.probes * left.classes) * sizeof(float)};
    case Family::probabilities: {
      const auto values = n * static_cast<double>(left.classes);
      return {unit.probes * left.classes, 20e-9 * values + 30e-6, 0.6e-9 * values,
              static_cast<std::size_t>(unit.probes * left.classes) * sizeof(float)};
    }
    case Family::aligned_weights: {
      const auto values = static_cast<double>(left.size());
      const auto beside = 4 * left.networks.size() * static_cast<std::size_t>(left.size()) * sizeof(float);
      return {FeatureRows::padded_length(left.size()) + 1, read_value * values, 12e-9 * values, beside};
    }
    case Family::grams:
      return of_grams(left, right, unit.probes,
                      std::max(width(left, unit.left_slice), width(right, unit.right_slice)));
    case Family::procrustes:
    case Family::svcca:
    case Family::pwcca:
      break;
  }
  return of_subspaces(left, right, unit.probes, width(left, unit.left_slice), width(right, unit.right_slice));
}

}  // namespace

Sizes sizes_of(const Job& job, const Unit& unit) {
  auto sizes = of_family(job, unit);
  sizes.metrics = unit.metrics.size();
  // Of each metric, of the inner products that alignments are made of, and of those that come from a device.
  const auto family = unit.metrics.front().family;
  auto values = sizes.metrics + (family == Family::grams ? 2 : 0);
  if (job.device.accelerator && (family == Family::weights || family == Family::grams)) {
    sizes.right_blocks = device_right_blocks;
    ++values;
  }
  sizes.block_values = sizeof(PairSums) * values;
  return sizes;
}

std::size_t tile_bytes(const Sizes& sizes, std::int64_t rows, std::int64_t columns) {
  const auto features = FeatureRows::bytes(FeatureRows::padded_rows(rows), sizes.feature) +
                        FeatureRows::bytes(FeatureRows::padded_rows(columns), sizes.feature);
  // The values, and a metric's turned round.
  const auto others = columns > 0 ? columns : rows;
  const auto values = static_cast<std::size_t>(rows * others) * sizeof(float) * (sizes.metrics + 1);
  const auto pairs = blocks_of(rows) * std::min(blocks_of(others), sizes.right_blocks);
  return sizes.beside + features + values + static_cast<std::size_t>(pairs) * sizes.block_values;
}

}  // namespace kindred::compare
