#pragma once

#include <memory>

#include "network/network.hpp"

namespace kindred::compare {

/// Permutes the hidden units of a run so that its weights best match those of another: the weight matching of
/// Ainsworth, Hayase & Srinivasa (2022), "Git Re-Basin", arXiv:2209.04836, algorithm 1. Coordinate descent
/// over the network's symmetry groups (symmetry.hpp) from input to output, each an exact linear assignment
/// of Σ⟨a, b⟩ over the group's axes given the others, from the identity until none gains, or 100 sweeps. Of
/// attention, heads and the dimensions inside them are assigned at once: each pair of heads is worth its best
/// assignments inside.
///
/// The permuted run computes what it computed before. The optimum may be local, and it is that of (a, b):
/// (b, a) may have another. One object serves one thread. Independent.
class WeightMatching {
 public:
  /// `network`: of the run whose units are permuted; both runs have its parameters.
  explicit WeightMatching(const network::Network& network);
  ~WeightMatching();

  /// Cosine of a's flat weights and b's permuted ones, in [cosine(a, b), 1]; NaN where a norm is 0 or not
  /// finite. `a`, `b`: flat weights [P], 64-byte aligned (the matrix products' bits may depend on it).
  double aligned_cosine(const float* a, const float* b);
  /// The same; b's permuted weights (b itself, where the cosine is NaN) go to `aligned` [P].
  double align(const float* a, const float* b, float* aligned);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace kindred::compare
