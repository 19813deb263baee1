#include <ATen/ATen.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "compare/subspace.hpp"

namespace kindred::compare {
namespace {

/// In double, of norm 1. A neuron that is constant becomes exactly 0: sums of up to 2^29 equal floats are
/// exact.
std::optional<at::Tensor> centre(const at::Tensor& values) {
  auto centred = values.to(at::kDouble);
  centred = centred - centred.sum(0, true) / values.size(0);
  const double norm = centred.norm().item<double>();
  if (!(norm > 0 && std::isfinite(norm))) return std::nullopt;
  return centred / norm;
}

/// Squared singular values, descending, with the singular vectors of the shorter side: eigenvalues and
/// eigenvectors of the Gram matrix. Rounding moves them by some 2^-52 of the largest, so that all that a
/// float representation determines is there.
struct Spectrum {
  explicit Spectrum(const at::Tensor& x) : probes_are_fewer(x.size(0) < x.size(1)) {
    const auto [ascending, columns] = at::linalg_eigh(probes_are_fewer ? at::mm(x, x.t()) : at::mm(x.t(), x));
    squares = ascending.flip(0).clamp_min(0).contiguous();
    vectors = columns.flip(1);
  }

  /// [probes, count]: left singular vectors of x, times their singular values if asked.
  at::Tensor left(const at::Tensor& x, std::int64_t count, bool scaled) const {
    const auto kept = vectors.narrow(1, 0, count);
    if (probes_are_fewer) return scaled ? kept * squares.narrow(0, 0, count).sqrt() : kept;
    const auto projected = at::mm(x, kept);
    return scaled ? projected : projected / projected.norm(2, 0, true);
  }

  /// How many, from the first, have a square above `bound`.
  std::int64_t count_above(double bound) const { return (squares > bound).sum().item<std::int64_t>(); }

  bool probes_are_fewer;
  at::Tensor squares, vectors;
};

/// The vectors and the facts; the projections are left as zeros.
void write(const at::Tensor& vectors, const SubspaceShape& shape, float* out) {
  std::fill_n(out, shape.length(), 0.0f);
  const auto placed = at::from_blob(out, {shape.probes, vectors.size(1)}, {shape.vectors(), 1});
  placed.copy_(vectors);
  const SubspaceFacts facts{vectors.size(1), placed.to(at::kDouble).square().sum().item<double>()};
  static_assert(sizeof(facts) <= SubspaceShape::tail * sizeof(float));
  std::memcpy(out + shape.facts_at(), &facts, sizeof(facts));
}

}  // namespace

bool make_procrustes_feature(const at::Tensor& values, const SubspaceShape& shape, float* out) {
  const c10::InferenceMode guard;
  const auto centred = centre(values);
  if (!centred) return false;
  if (shape.probes < shape.neurons) {
    write(Spectrum(*centred).left(*centred, shape.vectors(), true), shape, out);
  } else {
    const auto live = centred->abs().amax(0).nonzero().flatten();
    write(centred->index_select(1, live), shape, out);
  }
  return true;
}

bool make_svcca_feature(const at::Tensor& values, const SubspaceShape& shape, float* out) {
  constexpr double share = 0.99;
  const c10::InferenceMode guard;
  const auto centred = centre(values);
  if (!centred) return false;
  const Spectrum spectrum(*centred);
  const auto sums = spectrum.squares.cumsum(0);
  const auto below = (sums < share * sums[-1]).sum().item<std::int64_t>();
  write(spectrum.left(*centred, below + 1, false), shape, out);
  return true;
}

bool make_pwcca_feature(const at::Tensor& values, const SubspaceShape& shape, float* out) {
  const c10::InferenceMode guard;
  const auto centred = centre(values);
  if (!centred) return false;
  const Spectrum spectrum(*centred);
  const double smallest = static_cast<double>(std::max(shape.probes, shape.neurons)) *
                          static_cast<double>(std::numeric_limits<float>::epsilon());
  const double largest = spectrum.squares[0].item<double>();
  const auto rank = std::max<std::int64_t>(1, spectrum.count_above(smallest * smallest * largest));
  const auto basis = spectrum.left(*centred, rank, false);
  write(basis, shape, out);
  at::from_blob(out + shape.projections_at(), {rank, shape.neurons}).copy_(at::mm(basis.t(), *centred));
  return true;
}

}  // namespace kindred::compare
