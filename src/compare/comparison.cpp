#include "compare/comparison.hpp"

#include <stdexcept>

#include "compare/families.hpp"
#include "core/error.hpp"

namespace kindred::compare {

std::unique_ptr<Comparison> make_comparison(std::span<const Metric> metrics, const Source& left,
                                            const Source& right, const MomentScale* scale) {
  const Family family = metrics.front().family;
  switch (family) {
    case Family::sorted_weights:
    case Family::standardized_weights:
    case Family::spectra:
    case Family::node_strengths:
      return compare_sorted(metrics, left, right);
    case Family::histograms:
      return compare_histograms(left, right);
    case Family::moments:
      KINDRED_EXPECT(scale != nullptr);
      return compare_moments(left, right, *scale);
    case Family::weights:
      return compare_weights(left, right);
    case Family::grams:
      return compare_grams(metrics, left, right);
    case Family::classes:
    case Family::probabilities:
      return compare_predictions(family, left, right);
    case Family::aligned_weights:
      return compare_aligned(left, right);
    case Family::procrustes:
    case Family::svcca:
    case Family::pwcca:
      return compare_subspaces(family, left, right);
  }
  throw std::logic_error("a metric without a family");
}

}  // namespace kindred::compare
