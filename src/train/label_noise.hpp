#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sweep/settings.hpp"

namespace kindred::train {

/// The training labels of a run with `train.label_noise`: floor(share n) of them, chosen at random, redrawn
/// uniformly over all classes (some thus stay as they are). A pure function of the settings and the labels.
std::vector<std::uint8_t> noisy_labels(const sweep::RunSettings& settings,
                                       std::span<const std::uint8_t> labels, std::int64_t classes);

}  // namespace kindred::train
