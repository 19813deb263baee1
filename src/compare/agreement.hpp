#pragma once

#include <span>

#include "compare/block.hpp"

namespace kindred::compare {

/// Floats of a row of predicted_classes: a class takes a byte of them where there are at most 256 classes,
/// otherwise a float.
std::int64_t predicted_classes_length(std::int64_t probes, std::int64_t classes);

/// The class of the largest logit of each probe, the first of equal ones. logits: [probes, classes]; row:
/// [predicted_classes_length]. False, with a row of no meaning, where a logit is not finite. Independent.
bool predicted_classes(std::span<const float> logits, std::int64_t classes, float* row);

/// Share of the probes with the same predicted class, of every pair of rows of predicted_classes.
/// Independent.
void agreements(const BlockPair& pair, std::int64_t probes, std::int64_t classes, PairSums& out);

}  // namespace kindred::compare
