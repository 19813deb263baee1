#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace kindred::statistics {

/// The columns of a `spectrum` row, in order.
inline constexpr std::array<std::string_view, 6> spectral_names = {
    "spectral_norm", "frobenius_norm", "stable_rank", "effective_rank", "alpha", "alpha_ks"};
inline constexpr std::size_t spectral_count = spectral_names.size();
using SpectralRow = std::array<double, spectral_count>;

/// What a matrix's n singular values, descending, say of it. `stable_rank` is the squared ratio of the norms,
/// `effective_rank` the exponential of the entropy of σ / Σσ (Roy & Vetterli 2007); both are NaN for a matrix
/// of zeros. `alpha` and `alpha_ks` are power_law.hpp's of the eigenvalues λ = σ² > max(1e-5, n 2^-52 λ₁),
/// NaN where these are fewer than 50: the first bound is WeightWatcher's, the second leaves out what rounding
/// has made of 0. All are NaN where there is no value or one is not finite.
SpectralRow spectrum(std::span<const double> singular_values);

}  // namespace kindred::statistics
