#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "network/network.hpp"

namespace kindred::network {
namespace {

struct Drawn {
  Network network;
  std::vector<float> weights;
  std::span<const float> parameter(std::size_t i) const {
    return std::span(weights).subspan(static_cast<std::size_t>(network.parameters[i].offset),
                                      static_cast<std::size_t>(network.parameters[i].size));
  }
};

Drawn draw(const std::string& scheme, double scale = 1, std::vector<std::int64_t> hidden = {200},
           const std::string& activation = "relu") {
  sweep::RunSettings settings;
  settings.set("init.scheme", scheme);
  settings.set("init.scale", scale);
  settings.set("model.activation", activation);
  settings.set("model.hidden", std::move(hidden));
  Drawn drawn{make_network(settings, data::dataset_info("mnist")), {}};
  drawn.weights.resize(static_cast<std::size_t>(drawn.network.size));
  initial_values(drawn.network, settings, drawn.weights);
  return drawn;
}

double deviation(std::span<const float> values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * value;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

struct Expected {
  std::string scheme;
  double deviation;
  double bound;  // infinite for a normal distribution
};
class Schemes : public testing::TestWithParam<Expected> {};

TEST_P(Schemes, HaveTheirPublishedSpread) {
  const auto drawn = draw(GetParam().scheme);
  const auto weights = drawn.parameter(0);
  // The estimate's standard error: at most sd/sqrt(2n) for a normal distribution.
  EXPECT_NEAR(deviation(weights) / GetParam().deviation, 1,
              5 / std::sqrt(2.0 * static_cast<double>(weights.size())));
  const auto [low, high] = std::minmax_element(weights.begin(), weights.end());
  const float bound = static_cast<float>(GetParam().bound);
  EXPECT_GE(*low, -bound);
  EXPECT_LE(*high, bound);
  if (std::isinf(bound)) {
    EXPECT_GT(*high, 3 * GetParam().deviation) << "a normal distribution has tails";
  }
}

constexpr double infinite = INFINITY;
INSTANTIATE_TEST_SUITE_P(
    All, Schemes,
    testing::Values(Expected{"kaiming_uniform", std::sqrt(2.0 / 784), std::sqrt(6.0 / 784)},
                    Expected{"kaiming_normal", std::sqrt(2.0 / 784), infinite},
                    Expected{"xavier_uniform", std::sqrt(4.0 / 984), std::sqrt(12.0 / 984)},
                    Expected{"xavier_normal", std::sqrt(4.0 / 984), infinite},
                    Expected{"normal", 0.05, infinite}, Expected{"uniform", 0.05 / std::sqrt(3.0), 0.05}),
    [](const auto& instance) { return instance.param.scheme; });

TEST(InitialValues, OrthogonalMatricesHaveOrthogonalRowsOrColumns) {
  for (const std::int64_t width : {20, 1000}) {
    const auto drawn = draw("orthogonal", 1, {width});
    const auto w = drawn.parameter(0);
    const std::int64_t count = std::min<std::int64_t>(width, 784);
    const auto at = [&](std::int64_t i, std::int64_t k) {
      return static_cast<double>(w[static_cast<std::size_t>(width <= 784 ? i * 784 + k : k * 784 + i)]);
    };
    for (const std::int64_t i : {std::int64_t{0}, count / 2, count - 1})
      for (const std::int64_t j : {std::int64_t{0}, count / 2, count - 1}) {
        double dot = 0;
        for (std::int64_t k = 0; k < std::max<std::int64_t>(width, 784); ++k) dot += at(i, k) * at(j, k);
        EXPECT_NEAR(dot, i == j ? 2.0 : 0.0, 1e-5) << "rows have the norm of relu's gain, sqrt(2)";
      }
  }
}

TEST(InitialValues, ScaleMultipliesMatricesAndBiasesAreZero) {
  const auto one = draw("kaiming_uniform", 1), half = draw("kaiming_uniform", 0.5);
  EXPECT_EQ(deviation(one.parameter(1)), 0);
  // The identity differs, so the values do; the spread is half.
  EXPECT_NEAR(deviation(half.parameter(0)) / deviation(one.parameter(0)), 0.5, 0.005);
}

TEST(InitialValues, KernelsCountAllTheirPositionsInTheirFans) {
  sweep::RunSettings settings;
  settings.set("model.architecture", "cnn");
  settings.set("model.channels", std::vector<std::int64_t>{64, 128});
  const auto network = make_network(settings, data::dataset_info("mnist"));
  std::vector<float> weights(static_cast<std::size_t>(network.size));
  const auto spread = [&](const char* scheme) {
    settings.set("init.scheme", scheme);
    initial_values(network, settings, weights);
    return deviation(std::span(weights).subspan(static_cast<std::size_t>(network.parameters[2].offset),
                                                static_cast<std::size_t>(network.parameters[2].size)));
  };
  // 73,728 values: the estimate's standard error is 0.3 %.
  EXPECT_NEAR(spread("kaiming_normal") / std::sqrt(2.0 / (64 * 9)), 1, 0.015);
  EXPECT_NEAR(spread("xavier_normal") / std::sqrt(2 * 2.0 / ((64 + 128) * 9)), 1, 0.015);
}

TEST(InitialValues, LayerNormsAreNeutralAndTokensSmallWhateverTheScale) {
  sweep::RunSettings settings;
  settings.set("model.architecture", "vit");
  settings.set("init.scale", 100.0);
  const auto network = make_network(settings, data::dataset_info("mnist"));
  std::vector<float> weights(static_cast<std::size_t>(network.size));
  initial_values(network, settings, weights);
  for (const auto& parameter : network.parameters) {
    const auto values = std::span(weights).subspan(static_cast<std::size_t>(parameter.offset),
                                                   static_cast<std::size_t>(parameter.size));
    if (parameter.role == Role::gain) {
      EXPECT_EQ(std::count(values.begin(), values.end(), 1.0f), parameter.size) << parameter.name;
    }
    if (parameter.role == Role::bias) {
      EXPECT_EQ(std::count(values.begin(), values.end(), 0.0f), parameter.size) << parameter.name;
    }
    if (parameter.name == "positions") {
      EXPECT_NEAR(deviation(values), 0.02, 5 * 0.02 / std::sqrt(2.0 * 17 * 64));
    }
  }
}

TEST(InitialValues, GainFollowsTheActivation) {
  const double relu = deviation(draw("kaiming_normal", 1, {200}, "relu").parameter(0));
  EXPECT_NEAR(deviation(draw("kaiming_normal", 1, {200}, "tanh").parameter(0)) / relu,
              5 / 3.0 / std::sqrt(2.0), 0.02);
  EXPECT_NEAR(deviation(draw("kaiming_normal", 1, {200}, "sigmoid").parameter(0)) / relu, 1 / std::sqrt(2.0),
              0.02);
}

TEST(InitialValues, AnInitSeedFixesThemApartFromTheIdentity) {
  sweep::RunSettings first, second;
  first.seed = 1;
  second.seed = 2;
  const auto network = make_network(first, data::dataset_info("mnist"));
  const auto values = [&](const sweep::RunSettings& settings) {
    std::vector<float> weights(static_cast<std::size_t>(network.size));
    initial_values(network, settings, weights);
    return weights;
  };
  EXPECT_EQ(values(first), values(first));
  EXPECT_NE(values(first), values(second));
  first.set("init.seed", std::int64_t{7});
  second.set("init.seed", std::int64_t{7});
  EXPECT_EQ(values(first), values(second));
}

}  // namespace
}  // namespace kindred::network
