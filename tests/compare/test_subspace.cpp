#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "compare/subspace.hpp"

namespace kindred::compare {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

using Maker = bool (*)(const at::Tensor&, const SubspaceShape&, float*);
using Pairs = void (*)(const BlockPair&, const SubspaceShape&, const SubspaceShape&, PairSums&);

struct Metric {
  Maker make;
  Pairs compare;
};
constexpr Metric procrustes_metric{make_procrustes_feature, procrustes};
constexpr Metric svcca_metric{make_svcca_feature, svcca};
constexpr Metric pwcca_metric{make_pwcca_feature, pwcca};
constexpr Metric all_metrics[] = {procrustes_metric, svcca_metric, pwcca_metric};

SubspaceShape shape_of(const Metric& metric, const at::Tensor& values) {
  return {values.size(0), values.size(1), metric.make == make_pwcca_feature};
}

at::Tensor normal(std::int64_t rows, std::int64_t columns, std::int64_t seed) {
  return at::randn({rows, columns}, at::make_generator<at::CPUGeneratorImpl>(seed), at::kDouble);
}

/// All pairs of two lists, each of one width; a run without a feature leaves its row as zeros.
PairSums compare(const Metric& metric, const std::vector<at::Tensor>& left,
                 const std::vector<at::Tensor>& right, bool diagonal = false) {
  const SubspaceShape shapes[] = {shape_of(metric, left[0]), shape_of(metric, right[0])};
  const auto length = std::max(shapes[0].length(), shapes[1].length());
  FeatureRows a(block_runs, length), b(block_runs, length);
  for (std::size_t i = 0; i < left.size(); ++i)
    metric.make(left[i].to(at::kFloat), shapes[0], a.row(static_cast<std::int64_t>(i)));
  for (std::size_t j = 0; j < right.size(); ++j)
    metric.make(right[j].to(at::kFloat), shapes[1], b.row(static_cast<std::int64_t>(j)));
  PairSums out;
  metric.compare({a.row(0), b.row(0), a.stride(), static_cast<std::int64_t>(left.size()),
                  static_cast<std::int64_t>(right.size()), diagonal},
                 shapes[0], shapes[1], out);
  return out;
}

double value(const Metric& metric, const at::Tensor& x, const at::Tensor& y) {
  return compare(metric, {x}, {y})[0];
}

bool is_defined(const Metric& metric, const at::Tensor& x) {
  const auto shape = shape_of(metric, x);
  std::vector<float> row(static_cast<std::size_t>(shape.length()));
  return metric.make(x.to(at::kFloat), shape, row.data());
}

// Definitions in double, by singular value decompositions.

at::Tensor centred(const at::Tensor& x) {
  const auto values = x.to(at::kFloat).to(at::kDouble);
  const auto c = values - values.mean(0, true);
  return c / c.norm();
}

double reference_procrustes(const at::Tensor& x, const at::Tensor& y) {
  const auto nuclear = at::linalg_svdvals(at::mm(centred(x).t(), centred(y))).sum().item<double>();
  return std::sqrt(std::max(0.0, 2 - 2 * nuclear));
}

at::Tensor left_vectors(const at::Tensor& c, bool by_share) {
  const auto [u, s, vh] = at::linalg_svd(c, false);
  const auto squares = s.square(), sums = squares.cumsum(0);
  const auto count = by_share
                         ? 1 + (sums < 0.99 * sums[-1]).sum().item<std::int64_t>()
                         : (s > std::max(c.size(0), c.size(1)) * 0x1p-23 * s[0]).sum().item<std::int64_t>();
  return u.narrow(1, 0, count);
}

double reference_svcca(const at::Tensor& x, const at::Tensor& y) {
  const auto a = left_vectors(centred(x), true), b = left_vectors(centred(y), true);
  return at::linalg_svdvals(at::mm(a.t(), b)).mean().item<double>();
}

double reference_pwcca(const at::Tensor& x, const at::Tensor& y) {
  const auto a = centred(x), b = centred(y);
  const auto p = left_vectors(a, false), q = left_vectors(b, false);
  const auto [u, s, vh] = at::linalg_svd(at::mm(p.t(), q), false);
  const auto one = [&, rho = s](const at::Tensor& directions, const at::Tensor& neurons) {
    const auto weights = at::mm(directions.t(), neurons).abs().sum(1);
    return ((weights * rho).sum() / weights.sum()).item<double>();
  };
  return (one(at::mm(p, u), a) + one(at::mm(q, vh.t()), b)) / 2;
}

at::Tensor orthogonal(std::int64_t size, std::int64_t seed) {
  return std::get<0>(at::linalg_qr(normal(size, size, seed)));
}

/// Neurons that share a part of their directions with those of other seeds, with a decaying spectrum.
at::Tensor representation(std::int64_t probes, std::int64_t neurons, std::int64_t seed) {
  const auto scales = at::pow(10, -2.5 * at::arange(neurons, at::kDouble) / static_cast<double>(neurons));
  const auto common = at::mm(normal(probes, neurons, 7), orthogonal(neurons, seed + 200) * 0.6);
  return at::mm((common + normal(probes, neurons, seed)) * scales, orthogonal(neurons, seed + 100)) + 3;
}

// fp32 rounds each row by 2^-24 of its norm (1, or √k for k orthonormal vectors), which by Hölder moves a
// nuclear norm by as much; and sums of 256 products by about √256 2^-24 of the vectors' norms, so by √r times
// that for r singular values.
double tolerance(std::int64_t count) { return (2 + 16 * std::sqrt(static_cast<double>(count))) * 0x1p-24; }

struct Size {
  std::int64_t probes, left, right;
};
constexpr Size sizes[] = {{300, 20, 20}, {300, 64, 33}, {300, 10, 70}, {1000, 128, 128}, {40, 64, 64},
                          {40, 60, 10},  {300, 1, 1},   {300, 1, 30},  {2, 3, 3},        {257, 16, 17}};

TEST(Subspace, ProcrustesIsItsDefinition) {
  for (const auto [probes, left, right] : sizes) {
    const auto x = representation(probes, left, 1), y = representation(probes, right, 2);
    const double expected = reference_procrustes(x, y), actual = value(procrustes_metric, x, y);
    EXPECT_NEAR(actual * actual, expected * expected, 2 * tolerance(std::min(left, right)))
        << probes << " " << left << " " << right;
  }
}

TEST(Subspace, SvccaIsItsDefinition) {
  for (const auto [probes, left, right] : sizes) {
    const auto x = representation(probes, left, 1), y = representation(probes, right, 2);
    EXPECT_NEAR(value(svcca_metric, x, y), reference_svcca(x, y), tolerance(std::min(left, right)))
        << probes << " " << left << " " << right;
  }
}

TEST(Subspace, PwccaIsItsDefinition) {
  // The directions of close correlations mix: their angle's error is that of the product over their distance,
  // of which the mean of the weights leaves little.
  for (const auto [probes, left, right] : sizes) {
    const auto x = representation(probes, left, 1), y = representation(probes, right, 2);
    EXPECT_NEAR(value(pwcca_metric, x, y), reference_pwcca(x, y), 10 * tolerance(std::min(left, right)))
        << probes << " " << left << " " << right;
  }
}

/// Two representations with given canonical correlations and weights per direction.
struct Canonical {
  at::Tensor x, y;
  Canonical(const std::vector<double>& correlations, const std::vector<double>& scales) {
    const auto count = static_cast<std::int64_t>(correlations.size());
    auto noise = normal(500, 2 * count, 5);
    noise = noise - noise.mean(0, true);
    const auto basis = std::get<0>(at::linalg_qr(noise));
    const auto rho = at::tensor(correlations, at::kDouble), size = at::tensor(scales, at::kDouble);
    const auto first = basis.narrow(1, 0, count), second = basis.narrow(1, count, count);
    x = first * size;
    y = (first * rho + second * (1 - rho.square()).sqrt()) * size;
  }
};

TEST(Subspace, PwccaWeighsCorrelationsByWhatTheNeuronsHoldOfThem) {
  const Canonical pair({1, 0.8, 0.5, 0.2}, {1, 2, 0.5, 4});
  const double expected = (1 * 1 + 2 * 0.8 + 0.5 * 0.5 + 4 * 0.2) / 7.5;
  EXPECT_NEAR(value(pwcca_metric, pair.x, pair.y), expected, 1e-5);
  EXPECT_NEAR(value(pwcca_metric, pair.x, 7 * pair.y + 2), expected, 1e-5);
}

TEST(Subspace, PwccaCountsDirectionsThatNothingCorrelatesWith) {
  const Canonical one({0.9, 0}, {1, 2}), two({0.9, 0, 0}, {1, 2, 3});
  EXPECT_NEAR(value(pwcca_metric, one.x, one.y), 0.9 / 3, 1e-5);
  // Which of two uncorrelated directions is left open: the weights of any orthogonal pair of them are
  // between.
  const double actual = value(pwcca_metric, two.x, two.y);
  EXPECT_GT(actual, 0.9 / (1 + std::sqrt(2.0) * 5));
  EXPECT_LT(actual, 0.9 / 3);
}

TEST(Subspace, OrthogonalTransformsScaleAndShiftChangeNothing) {
  for (const auto& metric : all_metrics) {
    const auto x = representation(300, 24, 1), y = representation(300, 16, 2);
    const double before = value(metric, x, y);
    const auto turned = 5 * at::mm(y, orthogonal(16, 9)) - 11;
    if (metric.compare != pwcca) {
      EXPECT_NEAR(value(metric, x, turned), before, 2e-5);
    }
    EXPECT_NEAR(value(metric, x, 1e-25 * y), before, 2e-5);
    EXPECT_NEAR(value(metric, x, 1e30 * y), before, 2e-5);
  }
}

TEST(Subspace, PwccaSeesEqualSpacesThroughInvertibleMaps) {
  const auto x = representation(300, 12, 1);
  EXPECT_NEAR(value(pwcca_metric, x, at::mm(x, normal(12, 12, 3))), 1, 1e-5);
}

TEST(Subspace, SymmetricAndOwnValues) {
  for (const auto& metric : all_metrics) {
    const auto x = representation(300, 24, 1), y = representation(300, 16, 2);
    EXPECT_NEAR(value(metric, x, y), value(metric, y, x), 1e-6);
    EXPECT_NEAR(value(metric, x, x), metric.compare == procrustes ? 0 : 1,
                metric.compare == procrustes ? 1e-3 : 1e-6);
    const auto block = compare(metric, {x, 2 * x}, {x, 2 * x}, true);
    EXPECT_EQ(block[0], metric.compare == procrustes ? 0 : 1);
    EXPECT_EQ(block[block_runs + 1], block[0]);
    EXPECT_NEAR(block[1], block[0], 1e-3);
  }
}

TEST(Subspace, ProcrustesObeysTheTriangleInequality) {
  for (int seed = 0; seed < 20; ++seed) {
    const auto x = representation(100, 8 + seed, 3 * seed), y = representation(100, 12, 3 * seed + 1),
               z = seed % 2 ? x + 0.1 * normal(100, 8 + seed, seed) : representation(100, 5, 3 * seed + 2);
    const double xy = value(procrustes_metric, x, y), yz = value(procrustes_metric, y, z),
                 xz = value(procrustes_metric, x, z);
    EXPECT_LE(xz, xy + yz + 1e-5);
    EXPECT_LE(xy, xz + yz + 1e-5);
    EXPECT_LE(yz, xy + xz + 1e-5);
  }
}

TEST(Subspace, OneNeuronIsTheAbsoluteCorrelation) {
  const auto x = normal(300, 1, 1), y = normal(300, 1, 2) - 0.3 * x;
  const double r = std::fabs((centred(x) * centred(y)).sum().item<double>());
  EXPECT_NEAR(value(svcca_metric, x, y), r, 1e-6);
  EXPECT_NEAR(value(pwcca_metric, x, y), r, 1e-6);
  EXPECT_NEAR(value(procrustes_metric, x, y), std::sqrt(2 - 2 * r), 1e-6);
}

TEST(Subspace, OrthogonalRepresentationsAreAsFarAsTheyCanBe) {
  const Canonical pair({0, 0, 0}, {1, 1, 1});
  EXPECT_NEAR(value(procrustes_metric, pair.x, pair.y), std::sqrt(2.0), 1e-6);
  EXPECT_NEAR(value(svcca_metric, pair.x, pair.y), 0, 1e-6);
  EXPECT_NEAR(value(pwcca_metric, pair.x, pair.y), 0, 1e-6);
}

TEST(Subspace, MoreNeuronsThanProbesCorrelateFully) {
  const auto x = normal(30, 50, 1), y = normal(30, 40, 2);
  EXPECT_NEAR(value(pwcca_metric, x, y), 1, 1e-5);
  EXPECT_GT(value(procrustes_metric, x, y), 0.1);
}

TEST(Subspace, DeadNeuronsCountForNothing) {
  const auto x = representation(300, 20, 1), y = representation(300, 20, 2);
  const auto dead = at::cat({at::full({300, 7}, 0.1, at::kDouble), x, at::zeros({300, 30}, at::kDouble)}, 1);
  for (const auto& metric : all_metrics) EXPECT_NEAR(value(metric, dead, y), value(metric, x, y), 2e-6);
}

TEST(Subspace, UndefinedRunsHaveNoFeatureAndNoValues) {
  auto nan = representation(300, 20, 1), infinite = nan.clone();
  nan[5][6] = std::nan("");
  infinite[299][19] = -infinity;
  const auto constant = at::full({300, 20}, 0.1, at::kDouble), zeros = at::zeros({300, 20}, at::kDouble),
             alive = representation(300, 20, 2), barely = zeros.clone();
  barely[7][3] = 1e-30;
  for (const auto& metric : all_metrics) {
    for (const auto& x : {nan, infinite, constant, zeros}) EXPECT_FALSE(is_defined(metric, x));
    EXPECT_TRUE(is_defined(metric, barely));
    const auto block = compare(metric, {alive, constant, barely, nan}, {alive, constant, barely, nan}, true);
    for (const std::int64_t place :
         {std::int64_t{1}, std::int64_t{3}, block_runs + 1, block_runs + 2, 3 * block_runs + 3})
      EXPECT_TRUE(std::isnan(block[place])) << place;
    EXPECT_TRUE(std::isfinite(block[2]));
    EXPECT_EQ(block[block_runs * block_runs - 1], 0) << "beyond the runs";
  }
}

TEST(Subspace, APairsBitsDependOnItsTwoRunsAlone) {
  std::vector<at::Tensor> runs;
  for (int seed = 0; seed < 5; ++seed) runs.push_back(representation(130, 9, seed));
  for (const auto& metric : all_metrics) {
    const auto block = compare(metric, runs, runs);
    for (int i = 0; i < 5; ++i)
      for (int j = 0; j < 5; ++j) {
        const double alone = value(metric, runs[i], runs[j]);
        EXPECT_EQ(std::memcmp(&alone, &block[i * block_runs + j], sizeof(alone)), 0) << i << " " << j;
      }
  }
}

}  // namespace
}  // namespace kindred::compare
