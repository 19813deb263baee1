#pragma once

#include "store/population_file.hpp"

namespace kindred::store::testing {

/// A population of two cohorts: most runs in `mnist-mlp-0123abcd`, run 3 alone in `mnist-cnn-89abcdef`.
/// `weights` is the number of weights of a run in the first cohort.
PopulationLayout sample_layout(std::int64_t runs = 8, std::int64_t weights = 23);

/// What a run stores: values that differ from run to run and from element to element.
RowData sample_rows(const PopulationLayout& layout, std::int64_t run);
RunResult sample_result(std::int64_t run);

inline const std::string kMlp = "mnist-mlp-0123abcd";
inline const std::string kCnn = "mnist-cnn-89abcdef";

}  // namespace kindred::store::testing
