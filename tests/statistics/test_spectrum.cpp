#include <gtest/gtest.h>

#include "reference.hpp"
#include "statistics/power_law.hpp"
#include "statistics/spectrum.hpp"

namespace kindred::statistics {
namespace {

using namespace reference;

/// Entry by entry: NaN where NaN is expected, else within `relative`.
void expect_row(const SpectralRow& actual, const SpectralRow& expected, double relative = 1e-14) {
  for (std::size_t i = 0; i < spectral_count; ++i)
    if (std::isnan(expected[i]))
      EXPECT_TRUE(std::isnan(actual[i])) << spectral_names[i] << " is " << actual[i];
    else
      EXPECT_NEAR(actual[i], expected[i], relative * std::fabs(expected[i])) << spectral_names[i];
}

TEST(Spectrum, NormsAndRanksOfKnownValues) {
  const double entropy = -4.0 / 7 * std::log(4.0 / 7) - 3.0 / 7 * std::log(3.0 / 7);
  expect_row(spectrum(std::vector<double>{4, 3, 0}), {4, 5, 25.0 / 16, std::exp(entropy), nan, nan});
  expect_row(spectrum(std::vector<double>{0.25}), {0.25, 0.25, 1, 1, nan, nan});
  for (const double scale : {1e-300, 1.0, 1e300})
    expect_row(spectrum(std::vector<double>(16, scale)), {scale, 4 * scale, 16, 16, nan, nan});
}

TEST(Spectrum, UndefinedOfNothingZerosAndNonfinite) {
  expect_row(spectrum({}), {nan, nan, nan, nan, nan, nan});
  expect_row(spectrum(std::vector<double>(60)), {0, 0, nan, nan, nan, nan});
  for (const double special : {double{nan}, double{infinity}})
    expect_row(spectrum(std::vector<double>{special, 2, 1}), {nan, nan, nan, nan, nan, nan});
  expect_row(spectrum(std::vector<double>{2, 1, nan}), {nan, nan, nan, nan, nan, nan});
}

/// Singular values whose squares are a Pareto distribution's, descending.
std::vector<double> pareto_singular_values(std::size_t count, double alpha) {
  std::vector<double> values;
  for (std::size_t i = 1; i <= count; ++i)
    values.push_back(std::pow(static_cast<double>(i) / static_cast<double>(count), -0.5 / (alpha - 1)));
  return values;
}

TEST(Spectrum, PowerLawOfFiftyEigenvaluesThatAreNotSmall) {
  auto values = pareto_singular_values(50, 3);
  const SpectralRow row = spectrum(values);
  EXPECT_NEAR(row[4], 3, 0.3);
  EXPECT_GE(row[5], 0);
  values.insert(values.end(), 20, std::sqrt(0.99e-5));  // do not enter, but are there for the norms
  EXPECT_EQ(spectrum(values)[4], row[4]);
  EXPECT_EQ(spectrum(values)[5], row[5]);
  values.assign(49, 1);
  values[0] = 2;
  values.insert(values.end(), 20, std::sqrt(0.99e-5));
  EXPECT_TRUE(std::isnan(spectrum(values)[4]) && std::isnan(spectrum(values)[5]));
  values[49] = std::sqrt(1.01e-5);
  EXPECT_TRUE(std::isfinite(spectrum(values)[4]) && std::isfinite(spectrum(values)[5]));
  // Above 1e-5, but 69 2^-52 of the largest is more.
  for (double& value : values) value *= 1e8;
  std::fill(values.begin() + 49, values.end(), 1);
  EXPECT_TRUE(std::isnan(spectrum(values)[4]));
}

// Where F(x_i) = i / n, Σ ln(x_i / x_0) = (n ln n - ln n!) / (alpha - 1). A shorter tail has the same shape
// and a larger bias, so the fit takes all values; its distance is that of u^bias from u.
TEST(PowerLaw, FindsTheExponentOfExactQuantiles) {
  for (const double alpha : {1.5, 2.0, 3.5, 6.0})
    for (const std::size_t count : {50, 1000}) {
      std::vector<double> logarithms;
      for (const double value : pareto_singular_values(count, alpha))
        logarithms.push_back(2 * std::log(value));
      std::ranges::reverse(logarithms);
      const auto n = static_cast<double>(count);
      const double bias = n / (n * std::log(n) - std::lgamma(n + 1));
      double distance = 0;
      for (std::size_t i = 1; i <= count; ++i) distance = std::max(distance, i / n - std::pow(i / n, bias));
      const PowerLaw fit = fit_power_law(logarithms);
      EXPECT_NEAR(fit.alpha, 1 + (alpha - 1) * bias, 1e-11 * alpha);
      EXPECT_NEAR(fit.alpha, alpha, alpha * std::log(n) / n);
      EXPECT_NEAR(fit.distance, distance, 1e-12);
      EXPECT_EQ(fit.minimum, 1);
      EXPECT_EQ(fit.values, count);
    }
}

/// The definition, term by term.
PowerLaw brute_force(const std::vector<double>& logarithms) {
  PowerLaw best{nan, nan, infinity, 0};
  for (std::size_t i = 0; i + 1 < logarithms.size(); ++i) {
    const auto n = static_cast<long double>(logarithms.size() - i);
    long double sum = 0, largest = 0;
    for (std::size_t j = i; j < logarithms.size(); ++j) sum += logarithms[j] - logarithms[i];
    if (sum == 0) continue;
    for (std::size_t j = i; j < logarithms.size(); ++j) {
      const long double cumulative = 1 - std::exp(-n / sum * (logarithms[j] - logarithms[i]));
      largest = std::max(largest, std::fabs(cumulative - static_cast<long double>(j - i) / n));
    }
    if (largest < best.distance)
      best = {static_cast<double>(1 + n / sum), std::exp(logarithms[i]), static_cast<double>(largest),
              logarithms.size() - i};
  }
  return best;
}

TEST(PowerLaw, FollowsTheDefinition) {
  std::map<std::string, std::vector<double>> inputs;
  inputs["two"] = {0.5, 2};
  inputs["two equal and one"] = {1, 1, 4};
  inputs["one and two equal"] = {-3, 1, 1};
  inputs["ties everywhere"] = {0, 0, 0, 1, 1, 2, 2, 2, 3.5, 3.5, 7};
  inputs["outlier"] = {0, 0.1, 0.2, 0.25, 0.3, 40};
  for (const std::size_t count : {50, 64, 128, 301})
    for (const double spread : {1e-6, 1.0, 30.0})
      inputs[std::to_string(count) + " of spread " + std::to_string(spread)] =
          doubles(normal(count, -2, spread));
  for (auto& [name, logarithms] : inputs) {
    SCOPED_TRACE(name);
    std::sort(logarithms.begin(), logarithms.end());
    const PowerLaw fit = fit_power_law(logarithms), expected = brute_force(logarithms);
    EXPECT_EQ(fit.values, expected.values);
    EXPECT_EQ(fit.minimum, expected.minimum);
    EXPECT_NEAR(fit.alpha, expected.alpha, 1e-12 * expected.alpha);
    EXPECT_NEAR(fit.distance, expected.distance, 1e-12);
  }
}

TEST(PowerLaw, UndefinedWhereNoValueDiffers) {
  for (const auto& logarithms : {std::vector<double>{}, {1.5}, {2, 2}, std::vector<double>(70, -0.25)}) {
    const PowerLaw fit = fit_power_law(logarithms);
    EXPECT_TRUE(std::isnan(fit.alpha) && std::isnan(fit.minimum) && std::isnan(fit.distance));
    EXPECT_EQ(fit.values, 0u);
  }
}

}  // namespace
}  // namespace kindred::statistics
