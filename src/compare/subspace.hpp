#pragma once

#include <algorithm>
#include <cstdint>

#include "compare/block.hpp"

namespace at {
class Tensor;
}

namespace kindred::compare {

/// A representation X [probes, neurons], whose feature is a row of floats: vectors of probes as columns,
/// [probes, vectors]; for pwcca their projections, [vectors, neurons]; and SubspaceFacts. Columns (and rows
/// of projections) beyond the count are 0.
struct SubspaceShape {
  std::int64_t probes, neurons;
  bool projections = false;  ///< pwcca alone needs them

  std::int64_t vectors() const { return std::min(probes, neurons); }
  std::int64_t projections_at() const { return probes * vectors(); }
  std::int64_t facts_at() const { return projections_at() + (projections ? vectors() * neurons : 0); }
  std::int64_t length() const { return facts_at() + tail; }

  static constexpr std::int64_t tail = 16;  ///< the products read this far behind the vectors
};

struct SubspaceFacts {
  std::int64_t count = 0;  ///< vectors; 0 in a row of zeros
  double squares = 0;      ///< of all their elements
};

// A run's feature, in the first shape.length() elements of `out`; a pure function of `values`, [probes,
// neurons], whose columns' means are removed in double. False, with nothing written, where the
// representation is undefined: an element is not finite, or nothing but the means is there (every neuron is
// constant). Independent.

/// X / ‖X‖ less its constant neurons; for more neurons than probes U S of X / ‖X‖ = U S Vᵀ, as an orthogonal
/// transform changes no distance.
bool make_procrustes_feature(const at::Tensor& values, const SubspaceShape& shape, float* out);

/// The first k left singular vectors, for the smallest k >= 1 that keeps 99 % of the sum of squared singular
/// values (Raghu et al. 2017).
bool make_svcca_feature(const at::Tensor& values, const SubspaceShape& shape, float* out);

/// An orthonormal basis Q of the columns' space, singular values above max(probes, neurons) 2^-23 times the
/// largest, and the projections Qᵀ X / ‖X‖.
bool make_pwcca_feature(const at::Tensor& values, const SubspaceShape& shape, float* out);

// Values of all pairs (on a diagonal block those with row < column; a run has the value of equal
// representations with itself); other elements are 0. A pair with a row of zeros is NaN. Representations may
// differ in neurons, not in probes. Each value is a pure function of the two rows. Independent.
//
// With r >= probes - 1 independent directions on one side, its space is that of all centred vectors, so every
// canonical correlation is 1 whatever the other side is: svcca and pwcca say something only for fewer
// directions than that. One neuron, or k = 1: svcca and pwcca are the absolute Pearson correlation,
// procrustes is √(2 - 2|r|).

/// √(‖X‖² + ‖Y‖² - 2‖Xᵀ Y‖₁) with the nuclear norm, in [0, √2] (Ding et al. 2021); the narrower may be taken
/// as padded with zeros.
void procrustes(const BlockPair& pair, const SubspaceShape& left, const SubspaceShape& right, PairSums& out);

/// The mean of the min(k, l) canonical correlations, which are the singular values of Uᵀ V; in [0, 1].
void svcca(const BlockPair& pair, const SubspaceShape& left, const SubspaceShape& right, PairSums& out);

/// Projection-weighted canonical correlation, in [0, 1] (Morcos et al. 2018): Σ αᵢ ρᵢ / Σ αᵢ over the min(r,
/// s) canonical correlations, αᵢ = Σ_j |⟨hᵢ, xⱼ⟩| over the neurons and h = Q u one side's canonical
/// directions; the mean of both sides' values. Correlations that tie leave the directions among them, and so
/// the weights, open: as in any such computation, the value is then that of some choice.
void pwcca(const BlockPair& pair, const SubspaceShape& left, const SubspaceShape& right, PairSums& out);

}  // namespace kindred::compare
