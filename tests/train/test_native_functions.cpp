#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "train/native/functions.hpp"

namespace kindred::train::native {
namespace {

// Bounds are relative errors in units of u, a rounding of a float; each is the sum of what the steps of the
// function may add: u for every operation and rounded constant, weighted by how much the result depends on
// it.
constexpr double u = 0x1p-24;
constexpr float infinity = std::numeric_limits<float>::infinity(),
                nan = std::numeric_limits<float>::quiet_NaN();

double density(double x) { return std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi); }
double distribution(double x) { return std::erfc(-x / std::numbers::sqrt2) / 2; }

/// At 500,001 places from `low` to `high`: own(x) = exact(x) (1 + e), |e| <= bound(x) u.
template <class Own, class Exact, class Bound>
void expect_close(Own own, Exact exact, double low, double high, Bound bound) {
  constexpr int steps = 500000;
  double worst = 0, where = 0;
  for (int i = 0; i <= steps; ++i) {
    const auto x = static_cast<float>(low + (high - low) * i / steps);
    const double expected = exact(static_cast<double>(x));
    const double error = std::abs(static_cast<double>(own(x)) / expected - 1) / bound(static_cast<double>(x));
    // Not a number is not below.
    if (!(error <= worst)) worst = error, where = static_cast<double>(x);
  }
  EXPECT_LE(worst, u) << "at " << where << ", in units of the bound: " << worst / u;
}

auto constant(double bound) {
  return [bound](double) { return bound; };
}

// Two units in the last place are up to 4 u.
TEST(Exponential, IsCloseToTheRealOne) {
  const auto exact = [](double x) { return std::exp(x); };
  expect_close(exponential, exact, -87, 88, constant(4));
  expect_close(exponential, exact, -1, 1, constant(4));
  expect_close(exponential, exact, -1e-6, 1e-6, constant(4));
  EXPECT_EQ(exponential(0), 1);
  EXPECT_EQ(exponential(-0.0f), 1);
}

TEST(Exponential, StaysAtTheEndsOfItsRange) {
  for (const float x : {-87.5f, -1000.0f, -infinity}) EXPECT_EQ(exponential(x), exponential(-87)) << x;
  for (const float x : {88.5f, 1000.0f, infinity}) EXPECT_EQ(exponential(x), exponential(88)) << x;
  EXPECT_GE(exponential(-87), std::numeric_limits<float>::min()) << "a denormal would be slow";
  EXPECT_TRUE(std::isnan(exponential(nan)));
}

// The exponential's 4 u, a sum and a quotient.
TEST(Logistic, IsCloseToTheRealOne) {
  const auto exact = [](double x) { return 1 / (1 + std::exp(-x)); };
  expect_close(logistic, exact, -87, 87, constant(6));
  expect_close(logistic, exact, -1, 1, constant(6));
  EXPECT_EQ(logistic(0), 0.5f);
  EXPECT_EQ(logistic(infinity), 1);
  for (const float x : {-90.0f, -infinity}) {
    EXPECT_GE(logistic(x), 0) << x;
    EXPECT_LE(logistic(x), std::numeric_limits<float>::min()) << x;
  }
  EXPECT_TRUE(std::isnan(logistic(nan)));
}

// Near 0, x + x p: u for the sum, and at most 0.14 of what x p has, 6 u. From 0.625 on, 1 - q with
// q = 2 / (e^2x + 1): q has 2 u and the share e^2x / (e^2x + 1) of 4 u; that is largest beside the result at
// -0.625, where q is 2.8 times as large and the share 0.23: 8.2 u, and u for the difference.
TEST(HyperbolicTangent, IsCloseToTheRealOne) {
  const auto exact = [](double x) { return std::tanh(x); };
  expect_close(hyperbolic_tangent, exact, 0.625, 30, constant(9.2));
  expect_close(hyperbolic_tangent, exact, -30, -0.625, constant(9.2));
  expect_close(hyperbolic_tangent, exact, 1e-3, 0.625, constant(2));
  expect_close(hyperbolic_tangent, exact, -0.625, -1e-3, constant(2));
  expect_close(hyperbolic_tangent, exact, -2, -0.625, constant(9.2));
  for (const float x : {50.0f, 1e30f, infinity}) {
    EXPECT_EQ(hyperbolic_tangent(x), 1) << x;
    EXPECT_EQ(hyperbolic_tangent(-x), -1) << x;
  }
  EXPECT_EQ(hyperbolic_tangent(0), 0);
  EXPECT_EQ(hyperbolic_tangent(1e-30f), 1e-30f);
  EXPECT_TRUE(std::isnan(hyperbolic_tangent(nan)));
}

// x² / 2 has one rounding, which the exponential takes as an absolute error; then 4 u, a constant, a product.
TEST(NormalDensity, IsCloseToTheRealOne) {
  const auto bound = [](double x) { return 6 + x * x / 2; };
  expect_close(normal_density, density, -13, 13, bound);
  expect_close(normal_density, density, -1, 1, bound);
  for (const float x : {14.0f, 1e30f, infinity}) {
    EXPECT_EQ(normal_density(x), normal_density(-x)) << x;
    EXPECT_GE(normal_density(x), 0) << x;
    EXPECT_LE(normal_density(x), 1e-38f) << x;
  }
  EXPECT_TRUE(std::isnan(normal_density(nan)));
}

// The formula's own 2 u; 4 u of the exponential and two products; 7 u by t, which has 3 u; of the polynomial
// 7 u by its constants and at most 8 u by its steps. z² = x² / 2 has four roundings and p - z² one more,
// which the exponential takes as absolute errors.
TEST(NormalDistribution, IsCloseToTheRealOne) {
  const auto bound = [](double x) { return 30 + 2.5 * x * x; };
  expect_close(normal_distribution, distribution, -12.9, 0, bound);
  expect_close(normal_distribution, distribution, -1, 1, bound);
  expect_close(normal_distribution, distribution, 0, 20, bound);
  for (const float x : {-14.0f, -1e30f, -infinity}) {
    EXPECT_GE(normal_distribution(x), 0) << x;
    EXPECT_LE(normal_distribution(x), 1e-38f) << x;
    EXPECT_EQ(normal_distribution(-x), 1) << -x;
  }
  EXPECT_TRUE(std::isnan(normal_distribution(nan)));
}

}  // namespace
}  // namespace kindred::train::native
