#include <gtest/gtest.h>

#include "reference.hpp"
#include "statistics/node_strength.hpp"

namespace kindred::statistics {
namespace {

using namespace reference;

/// Parameters, one vector each, and the order of their matrices.
template <class T>
struct Network {
  std::vector<std::vector<T>> parameters;
  Order order = Order::out_channel_pixel;
  Structure structure;

  std::vector<BasicSegment<T>> segments() const {
    std::vector<BasicSegment<T>> result;
    for (const auto& values : parameters)
      result.push_back({values.data(), static_cast<std::int64_t>(values.size()), order});
    return result;
  }
};

std::int64_t place(Order order, const Matrix& m, std::int64_t out, std::int64_t channel, std::int64_t pixel) {
  switch (order) {
    case Order::out_channel_pixel:
      return (out * m.channels + channel) * m.pixels + pixel;
    case Order::out_pixel_channel:
      return (out * m.pixels + pixel) * m.channels + channel;
    case Order::channel_pixel_out:
      return (channel * m.pixels + pixel) * m.out + out;
    case Order::pixel_channel_out:
      return (pixel * m.channels + channel) * m.out + out;
  }
  return -1;
}

/// Strengths by the definition, in extended precision, and beside each the sum of the absolute values.
struct Expected {
  std::vector<long double> in, out, in_size, out_size;
};

template <class T>
Expected by_definition(const Network<T>& network) {
  const auto nodes = static_cast<std::size_t>(network.structure.nodes());
  const std::vector<long double> ones(nodes, 1);
  Expected e{ones, ones, ones, ones};
  for (const Matrix& m : network.structure.matrices) {
    const auto take = [](T value, std::int64_t node, auto& sums, auto& sizes) {
      if (!std::isfinite(value)) return;
      sums[static_cast<std::size_t>(node)] += value;
      sizes[static_cast<std::size_t>(node)] += std::abs(value);
    };
    const auto clear = [](std::int64_t first, std::int64_t count, auto& sums, auto& sizes) {
      std::fill_n(sums.begin() + first, count, 0.0L);
      std::fill_n(sizes.begin() + first, count, 0.0L);
    };
    clear(m.incoming, m.out, e.in, e.in_size);
    if (m.outgoing) clear(*m.outgoing, m.channels, e.out, e.out_size);
    for (std::int64_t out = 0; out < m.out; ++out) {
      for (std::int64_t channel = 0; channel < m.channels; ++channel)
        for (std::int64_t pixel = 0; pixel < m.pixels; ++pixel) {
          const T w =
              network.parameters[m.weight]
                                [static_cast<std::size_t>(place(network.order, m, out, channel, pixel))];
          take(w, m.incoming + out, e.in, e.in_size);
          if (m.outgoing) take(w, *m.outgoing + channel, e.out, e.out_size);
        }
      if (m.bias)
        take(network.parameters[*m.bias][static_cast<std::size_t>(out)], m.incoming + out, e.in, e.in_size);
    }
  }
  return e;
}

/// 8 roundings of T and 10^4 of double relative to the sum of the absolute values, and the rounding to float.
template <class T>
void expect_near(float actual, long double expected, long double size) {
  const long double error = 4 * size * std::numeric_limits<T>::epsilon() + 1e4L * size * 0x1p-53L;
  const auto low = static_cast<float>(expected - error), high = static_cast<float>(expected + error);
  EXPECT_TRUE(low <= actual && actual <= high) << actual << " is not in [" << low << ", " << high << "]";
}

template <class T>
void expect_strengths(const Network<T>& network) {
  NodeStrengths actual;
  NodeSums().compute<T>(network.segments(), Memory::host, network.structure, actual);
  const Expected e = by_definition(network);
  ASSERT_EQ(actual.in.size(), e.in.size());
  ASSERT_EQ(actual.out.size(), e.in.size());
  ASSERT_EQ(actual.total.size(), e.in.size());
  for (std::size_t node = 0; node < e.in.size(); ++node) {
    SCOPED_TRACE("node " + std::to_string(node));
    expect_near<T>(actual.in[node], e.in[node], e.in_size[node]);
    expect_near<T>(actual.out[node], e.out[node], e.out_size[node]);
    expect_near<T>(actual.total[node], e.in[node] + e.out[node], e.in_size[node] + e.out_size[node]);
  }

  // A deviation differs by no more than the largest error of a strength.
  ASSERT_EQ(actual.fluctuation.size(), network.structure.layers.size());
  std::size_t node = 0;
  for (std::size_t layer = 0; layer < actual.fluctuation.size(); ++layer) {
    const auto count = static_cast<std::size_t>(network.structure.layers[layer]);
    long double mean = 0, squares = 0, size = 0;
    for (std::size_t i = node; i < node + count; ++i) mean += (e.in[i] + e.out[i]) / count;
    for (std::size_t i = node; i < node + count; ++i) {
      const long double d = e.in[i] + e.out[i] - mean;
      squares += d * d / count;
      size = std::max(size, e.in_size[i] + e.out_size[i]);
    }
    const long double error = 4 * size * std::numeric_limits<T>::epsilon() + 1e4L * size * 0x1p-53L;
    EXPECT_NEAR(actual.fluctuation[layer], static_cast<double>(std::sqrt(squares)),
                static_cast<double>(error))
        << "layer " << layer;
    node += count;
  }
}

template <class T>
std::vector<T> values(std::int64_t count, std::uint64_t key) {
  const auto floats = normal(static_cast<std::size_t>(count), 0.02, 0.3, key);
  std::vector<T> result(floats.begin(), floats.end());
  if constexpr (std::is_same_v<T, double>)
    for (std::size_t i = 0; i < result.size(); ++i) result[i] *= 1 + 1e-9 * static_cast<double>(i);
  return result;
}

/// One matrix between input nodes and output nodes.
template <class T>
Network<T> one_matrix(Order order, std::int64_t out, std::int64_t channels, std::int64_t pixels,
                      bool bias = true) {
  Network<T> network{{values<T>(out * channels * pixels, 1), values<T>(out, 2)}, order, {}};
  Matrix matrix{0, std::nullopt, out, channels, pixels, channels, 0};
  if (bias) matrix.bias = 1;
  network.structure = {{matrix}, {channels, out}};
  return network;
}

constexpr Order orders[] = {Order::out_channel_pixel, Order::out_pixel_channel, Order::channel_pixel_out,
                            Order::pixel_channel_out};

template <class T>
class NodeStrength : public testing::Test {};
using Reals = testing::Types<float, double>;
TYPED_TEST_SUITE(NodeStrength, Reals);

// Two convolutions, a dense layer behind the flattened image, one that nothing continues, one without bias.
template <class T>
Network<T> convolutional(Order order) {
  Network<T> network;
  network.order = order;
  network.structure.layers = {3, 16, 20, 33, 10};
  network.structure.matrices = {{0, 1, 16, 3, 9, 3, 0},
                                {2, 3, 20, 16, 9, 19, 3},
                                {4, std::nullopt, 33, 20, 49, 39, 19},
                                {5, 6, 10, 33, 1, 72, std::nullopt}};
  for (const std::int64_t size : {16 * 3 * 9, 16, 20 * 16 * 9, 20, 33 * 20 * 49, 10 * 33, 10})
    network.parameters.push_back(values<T>(size, network.parameters.size() + 1));
  return network;
}

TYPED_TEST(NodeStrength, KnownValues) {
  // [[1, 2, 3], [10, 20, 30]] between three inputs and two outputs, with biases 0.5 and -0.5.
  const Network<TypeParam> network{
      {{1, 2, 3, 10, 20, 30}, {0.5, -0.5}}, Order::out_channel_pixel, {{{0, 1, 2, 3, 1, 3, 0}}, {3, 2}}};
  NodeStrengths s;
  NodeSums().compute<TypeParam>(network.segments(), Memory::host, network.structure, s);
  EXPECT_EQ(s.in, (std::vector<float>{1, 1, 1, 6.5f, 59.5f}));
  EXPECT_EQ(s.out, (std::vector<float>{11, 22, 33, 1, 1}));
  EXPECT_EQ(s.total, (std::vector<float>{12, 23, 34, 7.5f, 60.5f}));
  ASSERT_EQ(s.fluctuation.size(), 2u);
  EXPECT_DOUBLE_EQ(s.fluctuation[0], std::sqrt(242.0 / 3));
  EXPECT_DOUBLE_EQ(s.fluctuation[1], 26.5);
}

TYPED_TEST(NodeStrength, OfManyShapesInEveryOrder) {
  for (const Order order : orders)
    for (const std::int64_t out : {1, 2, 7, 8, 9, 16, 23, 128, 133})
      for (const auto& [channels, pixels] : std::vector<std::pair<std::int64_t, std::int64_t>>{
               {1, 1}, {1, 25}, {3, 9}, {15, 1}, {16, 1}, {17, 1}, {128, 1}, {129, 1}, {32, 49}, {784, 1}})
        for (const bool bias : {true, false}) {
          SCOPED_TRACE(testing::Message() << "order " << static_cast<int>(order) << ", " << out << " of "
                                          << channels << " x " << pixels << (bias ? " and bias" : ""));
          expect_strengths(one_matrix<TypeParam>(order, out, channels, pixels, bias));
        }
}

TYPED_TEST(NodeStrength, OfConvolutionsAndFlattenedImages) {
  for (const Order order : orders) {
    SCOPED_TRACE(static_cast<int>(order));
    expect_strengths(convolutional<TypeParam>(order));
  }
}

TYPED_TEST(NodeStrength, NanAndInfinityEnterNoSum) {
  const auto inf = std::numeric_limits<TypeParam>::infinity();
  for (const Order order : orders) {
    auto network = convolutional<TypeParam>(order);
    for (auto& parameter : network.parameters)
      for (std::size_t i = parameter.size() / 3; i < parameter.size(); i += 41)
        parameter[i] = i % 3 == 0 ? std::numeric_limits<TypeParam>::quiet_NaN() : i % 3 == 1 ? inf : -inf;
    expect_strengths(network);
    for (auto& parameter : network.parameters) std::fill(parameter.begin(), parameter.end(), inf);
    expect_strengths(network);
  }
}

TYPED_TEST(NodeStrength, OfHugeAndOfTinyValues) {
  for (const double factor : {1e30, 1e-30, 1e-41}) {
    auto network = convolutional<TypeParam>(Order::out_channel_pixel);
    for (auto& parameter : network.parameters)
      for (auto& v : parameter) v = static_cast<TypeParam>(v * factor);
    expect_strengths(network);
  }
}

// Sums that pass float's range on the way are right; those that end beyond it are infinite.
TYPED_TEST(NodeStrength, IsInfiniteOnlyBeyondTheRangeOfFloat) {
  for (const std::int64_t columns : {4, 32, 300}) {
    auto network = one_matrix<TypeParam>(Order::out_channel_pixel, 9, columns, 1, false);
    auto& w = network.parameters[0];
    std::fill(w.begin(), w.end(), TypeParam(0));
    const auto row = [&](std::int64_t i) { return w.begin() + i * columns; };
    for (std::int64_t c = 0; c < columns; ++c) {
      row(0)[c] = static_cast<TypeParam>(c < columns / 2 ? 3e38f : -3e38f);  // to 0
      row(1)[c] = row(0)[c];
      row(2)[c] = static_cast<TypeParam>(3e38f);  // beyond
      row(3)[c] = static_cast<TypeParam>(-3e38f);
      row(4)[c] = static_cast<TypeParam>(c % 2 == 0 ? 3e38f : -2.9e38f);  // beyond for 300 columns
      row(5)[c] = 1;
    }
    NodeStrengths s;
    NodeSums().compute<TypeParam>(network.segments(), Memory::host, network.structure, s);
    const auto in = std::span(s.in).subspan(static_cast<std::size_t>(columns));
    EXPECT_EQ(in[0], 0);
    EXPECT_EQ(in[1], 0);
    EXPECT_EQ(in[2], infinity);
    EXPECT_EQ(in[3], -infinity);
    if (columns <= 32)
      EXPECT_FLOAT_EQ(in[4], static_cast<float>((double{row(4)[0]} + double{row(4)[1]}) * columns / 2));
    else
      EXPECT_EQ(in[4], infinity);
    EXPECT_EQ(in[5], static_cast<float>(columns));
    // 3e38 four times and -3e38 once.
    EXPECT_EQ(s.out.front(), infinity);
    for (const double f : s.fluctuation) EXPECT_TRUE(std::isfinite(f));
  }
}

TYPED_TEST(NodeStrength, OfOneNodeHasNoFluctuation) {
  auto network = one_matrix<TypeParam>(Order::out_channel_pixel, 1, 1, 1);
  expect_strengths(network);
  NodeStrengths s;
  NodeSums().compute<TypeParam>(network.segments(), Memory::host, network.structure, s);
  EXPECT_EQ(s.fluctuation, (std::vector<double>{0, 0}));
}

TYPED_TEST(NodeStrength, WithoutNodesThereIsNone) {
  // Matrices may be known, for their spectra, where nodes are not.
  auto network = one_matrix<TypeParam>(Order::out_channel_pixel, 5, 4, 1);
  network.structure.layers.clear();
  NodeSums sums;
  NodeStrengths s{{1, 2}, {3}, {4}, {5}};
  for (const Structure& structure : {network.structure, Structure{}}) {
    sums.compute<TypeParam>(network.segments(), Memory::host, structure, s);
    EXPECT_TRUE(s.in.empty() && s.out.empty() && s.total.empty() && s.fluctuation.empty());
  }
}

TYPED_TEST(NodeStrength, SameBitsWhateverWasSummedBefore) {
  const auto small = one_matrix<TypeParam>(Order::channel_pixel_out, 10, 33, 1);
  const auto large = convolutional<TypeParam>(Order::out_pixel_channel);
  NodeSums sums;
  NodeStrengths first, between, again;
  sums.compute<TypeParam>(small.segments(), Memory::host, small.structure, first);
  sums.compute<TypeParam>(large.segments(), Memory::host, large.structure, between);
  sums.compute<TypeParam>(small.segments(), Memory::host, small.structure, again);
  EXPECT_TRUE(same_bits(first.in, again.in));
  EXPECT_TRUE(same_bits(first.out, again.out));
  EXPECT_TRUE(same_bits(first.total, again.total));
  EXPECT_TRUE(same_bits(first.fluctuation, again.fluctuation));
}

TEST(DescribeNodes, AreThoseOfNodeSums) {
  const auto network = convolutional<float>(Order::out_channel_pixel);
  NodeStrengths expected;
  NodeSums().compute<float>(network.segments(), Memory::host, network.structure, expected);
  Description out;
  Describer describer(DescribeOptions{});
  describer.describe(network.segments(), Memory::host, network.structure, out);
  EXPECT_TRUE(same_bits(out.nodes.in, expected.in));
  EXPECT_TRUE(same_bits(out.nodes.total, expected.total));
  EXPECT_TRUE(same_bits(out.nodes.fluctuation, expected.fluctuation));
  EXPECT_EQ(out.singular_values.size(), static_cast<std::size_t>(network.structure.singular_values()));
  describer.describe(network.segments(), Memory::host, {}, out);
  EXPECT_TRUE(out.nodes.in.empty() && out.singular_values.empty() && out.spectrum.empty());
}

}  // namespace
}  // namespace kindred::statistics
