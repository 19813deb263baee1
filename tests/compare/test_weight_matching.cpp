#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "../train/network_cases.hpp"
#include "compare/block.hpp"
#include "compare/symmetry.hpp"
#include "compare/weight_matching.hpp"
#include "core/random.hpp"
#include "network/from_json.hpp"
#include "train/torch/forward.hpp"
#include "train/torch/operand.hpp"
#include "train/torch/threads.hpp"

namespace kindred::compare {
namespace {

using Order = std::vector<std::int32_t>;
using train::NetworkCase;

network::Network make(const NetworkCase& network) {
  sweep::RunSettings settings;
  for (const auto& [key, value] : network.settings) settings.set(key, value);
  return network::make_network(settings, data::dataset_info(network.dataset));
}

network::Network mlp(train::List hidden) { return make({"", "mnist", {{"model.hidden", hidden}}}); }

/// Initial values, with noise on all: biases and gains, too, tell units apart.
FeatureRows weights_of(const network::Network& network, const NetworkCase& shape, std::uint64_t seed) {
  sweep::RunSettings settings;
  for (const auto& [key, value] : shape.settings) settings.set(key, value);
  settings.seed = static_cast<std::int64_t>(seed);
  FeatureRows weights(1, network.size);
  network::initial_values(network, settings, {weights.row(0), static_cast<std::size_t>(network.size)});
  RandomStream random(seed, Stream::sampling);
  for (std::int64_t i = 0; i < network.size; ++i)
    weights.row(0)[i] += static_cast<float>(0.02 * random.normal());
  return weights;
}

FeatureRows noise(const network::Network& network, std::uint64_t key) {
  RandomStream random(key, Stream::sampling);
  FeatureRows weights(1, network.size);
  for (std::int64_t i = 0; i < network.size; ++i) weights.row(0)[i] = static_cast<float>(random.normal());
  return weights;
}

FeatureRows copy(const FeatureRows& weights, const network::Network& network) {
  FeatureRows result(1, network.size);
  std::copy_n(weights.row(0), network.size, result.row(0));
  return result;
}

at::Tensor logits(const network::Network& network, const float* weights) {
  const auto flat = at::from_blob(const_cast<float*>(weights), {network.size}).to(at::kDouble);
  at::manual_seed(1);
  const auto images = at::randn({8, network.inputs}, at::kDouble);
  return train::forward(network, train::pytorch_operands(network, flat), images);
}

/// In fp64 another order of the sums is far below this.
void expect_same_function(const network::Network& network, const float* a, const float* b) {
  const auto expected = logits(network, a), actual = logits(network, b);
  EXPECT_LT((actual - expected).abs().max().item<double>(), 1e-11 * expected.abs().max().item<double>());
}

double cosine(const float* a, const float* b, std::int64_t size) {
  double aa = 0, bb = 0, ab = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
    aa += x * x, bb += y * y, ab += x * y;
  }
  return ab / std::sqrt(aa * bb);
}

void shuffle(std::span<std::int32_t> order, RandomStream& random) {
  for (std::size_t i = order.size(); i > 1; --i)
    std::swap(order[i - 1], order[random.below(static_cast<std::uint32_t>(i))]);
}

/// Heads, and the units in them, in random order; `heads` the same for all parts.
Order random_order(const SymmetryGroup& group, const Order& heads, RandomStream& random) {
  Order order;
  const auto size = static_cast<std::size_t>(group.units / group.heads);
  for (const auto head : heads) {
    Order inside(size);
    std::iota(inside.begin(), inside.end(), head * static_cast<std::int32_t>(size));
    shuffle(inside, random);
    order.insert(order.end(), inside.begin(), inside.end());
  }
  return order;
}

void permute_at_random(const network::Network& network, RandomStream& random, float* weights) {
  for (const auto& group : symmetry_groups(network)) {
    Order heads(static_cast<std::size_t>(group.heads));
    std::iota(heads.begin(), heads.end(), 0);
    shuffle(heads, random);
    for (const auto& axes : group.parts) permute(axes, random_order(group, heads, random), weights);
  }
}

class Symmetries : public testing::TestWithParam<NetworkCase> {
 protected:
  static void SetUpTestSuite() { train::use_one_thread(); }
  network::Network network_ = make(GetParam());
};

TEST_P(Symmetries, LeaveTheFunctionAsItIs) {
  const auto weights = weights_of(network_, GetParam(), 1);
  auto permuted = copy(weights, network_);
  RandomStream random(2, Stream::sampling);
  permute_at_random(network_, random, permuted.row(0));
  expect_same_function(network_, weights.row(0), permuted.row(0));
}

TEST_P(Symmetries, MatchedWeightsComputeTheSame) {
  const auto a = weights_of(network_, GetParam(), 1), b = weights_of(network_, GetParam(), 2);
  auto aligned = copy(b, network_);
  WeightMatching matching(network_);
  const double result = matching.align(a.row(0), b.row(0), aligned.row(0));
  expect_same_function(network_, b.row(0), aligned.row(0));
  EXPECT_NEAR(result, cosine(a.row(0), aligned.row(0), network_.size), 1e-12);
  EXPECT_GE(result, cosine(a.row(0), b.row(0), network_.size) - 1e-12);
  EXPECT_EQ(matching.aligned_cosine(a.row(0), b.row(0)), result);  // whatever came before
}

/// Every permuted run finds back, bit for bit: here the optimum of each step is the right one.
TEST_P(Symmetries, PermutedWeightsFindBack) {
  const auto weights = weights_of(network_, GetParam(), 3);
  WeightMatching matching(network_);
  RandomStream random(4, Stream::sampling);
  for (int repeat = 0; repeat < 5; ++repeat) {
    auto permuted = copy(weights, network_);
    auto aligned = copy(weights, network_);
    permute_at_random(network_, random, permuted.row(0));
    const double rounding = 1.1e-16 * static_cast<double>(network_.size);  // of sums of squares in fp64
    EXPECT_NEAR(matching.align(weights.row(0), permuted.row(0), aligned.row(0)), 1.0, rounding);
    EXPECT_TRUE(std::equal(aligned.row(0), aligned.row(0) + network_.size, weights.row(0)));
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, Symmetries, testing::ValuesIn(train::architecture_cases()),
                         [](const auto& test) { return test.param.name; });

TEST(SymmetryGroups, OfEachArchitecture) {
  const auto sizes = [](const network::Network& network) {
    train::List result;
    for (const auto& group : symmetry_groups(network)) result.push_back(group.units);
    return result;
  };
  const auto cases = train::architecture_cases();
  EXPECT_EQ(sizes(make(cases[0])), (train::List{128, 64}));
  EXPECT_EQ(sizes(make(cases[2])), (train::List{}));  // one unit has one order
  EXPECT_EQ(sizes(make(cases[3])), (train::List{}));
  EXPECT_EQ(sizes(make(cases[5])), (train::List{3, 5, 2, 7, 4}));
  EXPECT_EQ(sizes(make(cases[10])), (train::List{12, 12, 5, 12, 5}));  // residual; heads, hidden; ...
  EXPECT_EQ(symmetry_groups(make(cases[10]))[1].heads, 3);
}

/// A residual connection around layers without attention, and one that ends at the logits.
TEST(SymmetryGroups, OfNetworksTrainedElsewhere) {
  const auto network = network::network_from_json(R"({"architecture": "residual", "inputs": 784,
    "image": [1, 28, 28], "classes": 6, "activation": "tanh", "layers": [
      {"layer": "linear", "in": 784, "out": 6, "weight": "a.w", "bias": "a.b"}, {"layer": "branch"},
      {"layer": "linear", "in": 6, "out": 9, "weight": "b.w", "bias": "b.b"}, {"layer": "activation"},
      {"layer": "linear", "in": 9, "out": 6, "weight": "c.w", "bias": "c.b"}, {"layer": "join"},
      {"layer": "representation", "name": "logits"}],
    "parameters": [{"name": "a.w", "shape": [6, 784], "offset": 0}, {"name": "a.b", "shape": [6], "offset": 4704},
      {"name": "b.w", "shape": [9, 6], "offset": 4710}, {"name": "b.b", "shape": [9], "offset": 4764},
      {"name": "c.w", "shape": [6, 9], "offset": 4773}, {"name": "c.b", "shape": [6], "offset": 4827}]})",
                                                  "text");
  const auto groups = symmetry_groups(network);
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].units, 9);
}

/// The published algorithm, written plainly: all products anew, the best of all permutations each time.
double plain_matching(const network::Network& network, const FeatureRows& a, FeatureRows b, std::int64_t in,
                      train::List sizes) {
  struct Matrix {
    std::int64_t at, rows, columns;
  };
  std::vector<Matrix> layers;
  for (std::int64_t at = 0; const auto out : sizes) {
    layers.push_back({at, out, in});
    at += out * in + out;
    in = out;
  }
  const float* x = a.row(0);
  bool progress = true;
  while (progress) {
    progress = false;
    for (std::size_t k = 0; k + 1 < layers.size(); ++k) {
      const auto [at, rows, columns] = layers[k];
      const auto next = layers[k + 1];
      const auto worth = [&](std::int64_t i, std::int64_t j) {
        const float* y = b.row(0);
        const auto bias = at + rows * columns;
        double sum = static_cast<double>(x[bias + i]) * static_cast<double>(y[bias + j]);
        for (std::int64_t c = 0; c < columns; ++c)
          sum += static_cast<double>(x[at + i * columns + c]) * static_cast<double>(y[at + j * columns + c]);
        for (std::int64_t r = 0; r < next.rows; ++r)
          sum +=
              static_cast<double>(x[next.at + r * rows + i]) * static_cast<double>(y[next.at + r * rows + j]);
        return sum;
      };
      std::vector<double> worths;
      for (std::int64_t i = 0; i < rows * rows; ++i) worths.push_back(worth(i / rows, i % rows));
      std::vector<std::int64_t> order(static_cast<std::size_t>(rows)), best;
      std::iota(order.begin(), order.end(), 0);
      double most = -INFINITY, identity = 0;
      do {
        double sum = 0;
        for (std::int64_t i = 0; i < rows; ++i)
          sum += worths[static_cast<std::size_t>(i * rows + order[static_cast<std::size_t>(i)])];
        if (best.empty()) identity = sum;
        if (sum > most) most = sum, best = order;
      } while (std::ranges::next_permutation(order).found);
      if (most <= identity + 1e-9) continue;
      progress = true;
      const auto old = copy(b, network);
      for (std::int64_t i = 0; i < rows; ++i) {
        const auto j = best[static_cast<std::size_t>(i)];
        std::copy_n(old.row(0) + at + j * columns, columns, b.row(0) + at + i * columns);
        b.row(0)[at + rows * columns + i] = old.row(0)[at + rows * columns + j];
        for (std::int64_t r = 0; r < next.rows; ++r)
          b.row(0)[next.at + r * rows + i] = old.row(0)[next.at + r * rows + j];
      }
    }
  }
  return cosine(x, b.row(0), network.size);
}

TEST(WeightMatching, IsThePublishedAlgorithm) {
  const auto network = mlp({5, 4, 6});
  WeightMatching matching(network);
  for (std::uint64_t key = 0; key < 10; ++key) {
    const auto a = noise(network, 2 * key), b = noise(network, 2 * key + 1);
    EXPECT_NEAR(matching.aligned_cosine(a.row(0), b.row(0)),
                plain_matching(network, a, copy(b, network), 784, {5, 4, 6, 10}), 1e-12);
  }
}

TEST(WeightMatching, OfARunWithItselfAndItsNegative) {
  const auto network = mlp({16, 8});
  const auto a = noise(network, 1);
  auto negative = copy(a, network);
  for (std::int64_t i = 0; i < network.size; ++i) negative.row(0)[i] *= -1;
  WeightMatching matching(network);
  EXPECT_NEAR(matching.aligned_cosine(a.row(0), a.row(0)), 1.0, 1e-12);
  const double opposite = matching.aligned_cosine(a.row(0), negative.row(0));
  EXPECT_GT(opposite, -0.1);  // another unit is at a right angle, not opposite
  EXPECT_LT(opposite, 0.1);
}

TEST(WeightMatching, EqualUnitsGiveNothingToGain) {
  const auto network = mlp({16, 8});
  FeatureRows ones(1, network.size);
  std::fill_n(ones.row(0), network.size, 1.0f);
  WeightMatching matching(network);
  EXPECT_NEAR(matching.aligned_cosine(ones.row(0), ones.row(0)), 1.0, 1e-12);
  EXPECT_NEAR(matching.aligned_cosine(ones.row(0), noise(network, 1).row(0)),
              cosine(ones.row(0), noise(network, 1).row(0), network.size), 1e-12);
}

TEST(WeightMatching, UndefinedWithoutANorm) {
  const auto network = mlp({4});
  const auto a = noise(network, 1);
  WeightMatching matching(network);
  auto other = copy(a, network), aligned = copy(a, network);
  for (const float value :
       {0.0f, std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::fill_n(other.row(0), network.size, value);
    EXPECT_TRUE(std::isnan(matching.aligned_cosine(a.row(0), other.row(0))));
    EXPECT_TRUE(std::isnan(matching.align(other.row(0), a.row(0), aligned.row(0))));
    EXPECT_TRUE(std::equal(a.row(0), a.row(0) + network.size, aligned.row(0)));
  }
}

/// Products beyond fp32 are no reason to move anything.
TEST(WeightMatching, OverflowLeavesTheCosine) {
  const auto network = mlp({4});
  auto a = noise(network, 1), b = noise(network, 2);
  const double expected = cosine(a.row(0), b.row(0), network.size);
  for (std::int64_t i = 0; i < network.size; ++i) a.row(0)[i] *= 1e25f, b.row(0)[i] *= 1e25f;
  EXPECT_NEAR(WeightMatching(network).aligned_cosine(a.row(0), b.row(0)), expected, 1e-6);
}

}  // namespace
}  // namespace kindred::compare
