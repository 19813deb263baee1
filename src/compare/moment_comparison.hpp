#pragma once

#include <array>
#include <optional>
#include <span>

#include "compare/comparison.hpp"

namespace kindred::compare {

/// Mean, log(variance + 1e-12), skewness and excess kurtosis of a run's slice, as the file has them; nothing
/// without a finite weight. Skewness and kurtosis may be NaN. Independent.
std::optional<std::array<double, MomentScale::figures>> moment_figures(const Source& source,
                                                                       std::int64_t row);

/// The mean and standard deviation (1/n) of each figure over the done runs of all sources, NaN left out.
/// Independent.
MomentScale moment_scale(std::span<const Source> sources);

}  // namespace kindred::compare
