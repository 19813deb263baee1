#pragma once

#include <span>

#include "compare/block.hpp"

namespace kindred::compare {

/// Class probabilities of each probe, softmax of its logits [probes, classes] in fp64; NaN for a probe with a
/// logit that is not finite. row: [probes * classes], in groups of 64 probes (fewer in the last) by class and
/// then by probe. Independent.
void probabilities(std::span<const float> logits, std::int64_t classes, float* row);

/// Mean over the probes of the Jensen-Shannon distance, base 2, between the class probabilities, of every
/// pair of rows of `probabilities`. In [0, 1]; equal rows are at 0 exactly; relative error of about 1e-6 of
/// the probabilities as given. The same bits when a pair's rows are exchanged. Independent.
void prediction_distances(const BlockPair& pair, std::int64_t probes, std::int64_t classes, PairSums& out);

}  // namespace kindred::compare
