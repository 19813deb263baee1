#pragma once

#include "compare/block.hpp"

namespace kindred::compare {

/// The Jensen-Shannon distance, square root of the divergence in base 2 (Lin 1991; Endres & Schindelin 2003),
/// of every pair of histograms: rows of `bins` counts, exact up to 2²⁴ each, whose totals may differ. In [0,
/// 1]; proportional rows are at 0 exactly, a row without a count gives NaN; relative error of about 1e-6. The
/// same bits when a pair's rows are exchanged. Independent.
void jensen_shannon(const BlockPair& pair, std::int64_t bins, PairSums& out);

}  // namespace kindred::compare
