#include <gtest/gtest.h>

#include <numeric>

#include "core/error.hpp"
#include "reference.hpp"

namespace kindred::statistics {
namespace {

using namespace reference;

DescribeOptions range(double low, double high, std::int64_t bins) {
  DescribeOptions options;
  options.histogram_low = low;
  options.histogram_high = high;
  options.histogram_bins = bins;
  return options;
}

// Ranges for which single precision serves well, badly, and not at all.
std::vector<DescribeOptions> ranges() {
  return {range(-2, 2, 512),       range(-0.7, 0.9, 256),           range(0.1, 0.3, 7),
          range(-1, 1, 1),         range(-1e-30, 1e-30, 10),        range(-1e30, 2e30, 33),
          range(-1e-44, 1e-44, 9), range(9999.999, 10000.001, 100), range(-3, 1, 100000),
          range(5, 6, 1000003),    range(-3e38, 3e38, 64),          range(-1e300, 1e300, 5)};
}

TEST(Histogram, EdgesAreThoseOfTheContract) {
  const auto edges = histogram_edges(range(-0.7, 0.9, 3));
  ASSERT_EQ(edges.size(), 5u);
  EXPECT_EQ(edges[0], -std::numeric_limits<double>::infinity());
  EXPECT_EQ(edges[1], -0.7);
  EXPECT_EQ(edges[2], -0.7 + 1 * (0.9 - -0.7) / 3);
  EXPECT_EQ(edges[3], -0.7 + 2 * (0.9 - -0.7) / 3);
  EXPECT_EQ(edges[4], 0.9);
}

TEST(Histogram, BinsAreHalfOpen) {
  const auto below = std::nextafter(1.0f, 0.0f);
  const auto out = describe(
      {{-1, -0.5f, 0, below, 1, std::nextafter(-1.0f, -2.0f), nan, infinity, -infinity}}, range(-1, 1, 4));
  EXPECT_EQ(row_of(out.histogram, 0, 6), (std::vector<std::uint32_t>{1, 1, 1, 1, 1, 1}));
}

TEST(Histogram, AgreesWithBinarySearchOnHardInputs) {
  for (const DescribeOptions& options : ranges()) {
    const auto edges = histogram_edges(options);
    for (const auto& [name, values] : hard_inputs()) {
      const auto out = describe({values}, options);
      EXPECT_TRUE(row_of(out.histogram, 0, edges.size()) == reference::histogram(values, edges))
          << name << " in [" << options.histogram_low << ", " << options.histogram_high << "] with "
          << options.histogram_bins << " bins";
    }
  }
}

TEST(Histogram, IsExactNextToEveryEdge) {
  for (const DescribeOptions& options : ranges()) {
    const auto edges = histogram_edges(options);
    std::vector<float> values;
    for (std::size_t i = 1; i < edges.size(); i += 1 + edges.size() / 2000) {
      const double bounded = std::clamp(edges[i], -3.4e38, 3.4e38);
      auto below = static_cast<float>(bounded), above = below;
      for (int step = 0; step < 8; ++step) {
        values.insert(values.end(), {below, above});
        below = std::nextafter(below, -infinity);
        above = std::nextafter(above, infinity);
      }
    }
    const auto expected = reference::histogram(values, edges);
    for (const auto& order : {values, shuffled(values)})
      EXPECT_TRUE(row_of(describe({order}, options).histogram, 0, edges.size()) == expected)
          << "[" << options.histogram_low << ", " << options.histogram_high << "]";
  }
}

TEST(Histogram, OfDoublesAgreesWithBinarySearch) {
  for (const DescribeOptions& options : ranges()) {
    const auto edges = histogram_edges(options);
    auto inputs = hard_doubles();
    auto& near = inputs["next to the edges"];
    for (std::size_t i = 1; i < edges.size(); i += 1 + edges.size() / 2000)
      near.insert(near.end(), {edges[i], std::nextafter(edges[i], -1e308), std::nextafter(edges[i], 1e308)});
    for (const auto& [name, values] : inputs)
      EXPECT_TRUE(row_of(describe_doubles({values}, options).histogram, 0, edges.size()) ==
                  reference::histogram(values, edges))
          << name << " in [" << options.histogram_low << ", " << options.histogram_high << "]";
  }
}

TEST(Histogram, TotalsAreTheFiniteCounts) {
  for (const auto& [name, values] : hard_inputs()) {
    const auto out = describe({values});
    const auto row = row_of(out.histogram, 0, 514);
    EXPECT_EQ(std::accumulate(row.begin(), row.end(), std::size_t{0}), finite(values).size()) << name;
  }
}

void expect_refused(const DescribeOptions& options, const std::string& key) {
  try {
    Describer describer(options);
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find(key), std::string::npos) << error.what();
  }
}

TEST(Histogram, RefusesImpossibleOptions) {
  const double inf = std::numeric_limits<double>::infinity(), none = std::nan("");
  expect_refused(range(-2, 2, 0), "record.histogram_bins");
  expect_refused(range(-2, 2, std::int64_t{1} << 40), "record.histogram_bins");
  for (const auto& [low, high] : std::vector<std::pair<double, double>>{
           {2, -2}, {1, 1}, {-inf, 1}, {0, inf}, {none, 1}, {0, none}, {-1e308, 1e308}, {0, 4e-320}})
    expect_refused(range(low, high, 16), "record.histogram_range");
}

}  // namespace
}  // namespace kindred::statistics
