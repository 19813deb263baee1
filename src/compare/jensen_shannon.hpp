#pragma once

#include <span>

#include "compare/block.hpp"

namespace kindred::compare {

/// Floats of what is compared of a histogram: the shares of its counts as sums of two floats each (the
/// difference of two shares then is as exact as the counts'), and the range of bins that are not empty.
std::int64_t shares_length(std::int64_t bins);

/// out: [shares_length(counts.size())]. False, and shares of NaN, without a count. Independent.
bool make_shares(std::span<const std::uint32_t> counts, float* out);

/// The Jensen-Shannon distance, square root of the divergence in base 2 (Lin 1991; Endres & Schindelin 2003),
/// of every pair of histograms, given as their shares: totals may differ. In [0, 1]; proportional histograms
/// are at 0 exactly, one without a count gives NaN; relative error of about 1e-6. The same bits when a pair's
/// rows are exchanged. Independent.
void jensen_shannon(const BlockPair& pair, std::int64_t bins, PairSums& out);

}  // namespace kindred::compare
