#pragma once

#include <memory>
#include <span>

#include "compare/comparison.hpp"

namespace kindred::compare {

// What make_comparison chooses from. `metrics`: those of the family that are wanted.

std::unique_ptr<Comparison> compare_sorted(std::span<const Metric> metrics, const Source& left,
                                           const Source& right);
std::unique_ptr<Comparison> compare_histograms(const Source& left, const Source& right);
std::unique_ptr<Comparison> compare_moments(const Source& left, const Source& right,
                                            const MomentScale& scale);
std::unique_ptr<Comparison> compare_weights(const Source& left, const Source& right);
/// Rows of a Gram matrix that are computed at once, so that they stay in the cache.
inline constexpr std::int64_t gram_panel = 64;
std::unique_ptr<Comparison> compare_grams(std::span<const Metric> metrics, const Source& left,
                                          const Source& right);
/// Of the families procrustes, svcca and pwcca.
std::unique_ptr<Comparison> compare_subspaces(Family family, const Source& left, const Source& right);
/// Of the families classes and probabilities.
std::unique_ptr<Comparison> compare_predictions(Family family, const Source& left, const Source& right);
std::unique_ptr<Comparison> compare_aligned(const Source& left, const Source& right);

}  // namespace kindred::compare
