#pragma once

#include <cstdint>

#include "sweep/axis.hpp"

namespace kindred::sweep {

/// The value that an axis takes in a random sample: uniform over its choices or its range, log-uniform where
/// the range says so. A pure function of the axis, its key's name, `sample_seed` and the sample's number:
/// more samples, other axes and other [[sweep]]s change nothing. Numbers drawn from a range of reals are
/// rounded to 6 significant digits; where that leaves the range, the end of the range is taken as it is.
Axis::Choice draw(const Axis& axis, std::int64_t sample_seed, std::int64_t sample);

}  // namespace kindred::sweep
