#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "compare/symmetric_eigenvectors.hpp"

namespace kindred::compare {
namespace {

/// Residual, orthogonality and eigenvalues; each eigenvalue's error is some 2^-52 of the largest, of which
/// the norm over n and the rounding of the check itself make 64 n at most.
void expect_decomposed(const at::Tensor& matrix, SymmetricEigenvectors& decomposition) {
  const auto size = matrix.size(0), stride = SymmetricEigenvectors::row_size(size);
  auto work = at::zeros({size, stride}, at::kDouble);
  work.narrow(1, 0, size).copy_(matrix);
  const auto padded = at::full({size, stride}, 7, at::kDouble);
  std::vector<double> values(static_cast<std::size_t>(size));
  ASSERT_TRUE(decomposition.compute(work.data_ptr<double>(), values, padded.data_ptr<double>()));
  const auto vectors = padded.narrow(1, 0, size);
  const auto found = at::tensor(values, at::kDouble);
  const double largest = matrix.abs().max().item<double>(),
               tolerance = 64 * static_cast<double>(size) * 0x1p-52;
  EXPECT_LE((at::mm(vectors.t() * found, vectors) - matrix).norm().item<double>(), tolerance * largest);
  EXPECT_LE((at::mm(vectors, vectors.t()) - at::eye(size, at::kDouble)).norm().item<double>(), tolerance);
  const auto expected = at::linalg_eigvalsh(matrix);
  EXPECT_LE((std::get<0>(found.sort()) - expected).abs().max().item<double>(), tolerance * largest);
  EXPECT_EQ(padded.narrow(1, size, stride - size).count_nonzero().item<std::int64_t>(), 0);
}

TEST(SymmetricEigenvectors, OfHardMatrices) {
  at::manual_seed(1);
  SymmetricEigenvectors decomposition;  // its memory is used again
  for (const std::int64_t size : {1, 2, 3, 7, 8, 9, 33, 64, 100}) {
    SCOPED_TRACE(size);
    const auto normal = at::randn({size, size}, at::kDouble);
    const auto graded = normal * at::pow(10, -8 * at::arange(size, at::kDouble) / static_cast<double>(size));
    const auto half = normal.narrow(1, 0, (size + 1) / 2);
    for (const auto& factor : {normal, graded, half, at::zeros_like(normal), at::eye(size, at::kDouble)})
      expect_decomposed(at::mm(factor, factor.t()) / std::max(1.0, factor.square().sum().item<double>()),
                        decomposition);
    expect_decomposed((normal + normal.t()) / 10, decomposition);
  }
}

}  // namespace
}  // namespace kindred::compare
