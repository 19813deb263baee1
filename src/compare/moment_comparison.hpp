#pragma once

#include <array>
#include <optional>
#include <span>

#include "compare/comparison.hpp"

namespace kindred::compare {

/// Mean, log(variance + 1e-12), skewness and excess kurtosis of a run's slice.
using MomentFigures = std::array<double, MomentScale::figures>;

/// The figures of what the file has of a parameter, in the order of statistics::moment_names; nothing without
/// a finite weight. Skewness and kurtosis may be NaN. Independent.
std::optional<MomentFigures> moment_figures(std::span<const double> stored);

/// The mean and standard deviation (1/n) of each figure, NaN left out. Independent.
MomentScale moment_scale(std::span<const MomentFigures> all);

}  // namespace kindred::compare
