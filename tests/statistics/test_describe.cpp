#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <Kokkos_Core.hpp>

#include "core/error.hpp"
#include "reference.hpp"

namespace kindred::statistics {
namespace {

using namespace reference;

TEST(Describe, MomentsAgreeWithTheDefinitionOnHardInputs) {
  for (const auto& [name, values] : hard_inputs()) {
    SCOPED_TRACE(name);
    const auto out = describe({values});
    for (const std::size_t row : {0, 1}) expect_moments(moment_row(out, row), reference::moments(values));
  }
}

TEST(Describe, AConstantTensorHasNoVarianceInAnyBlock) {
  for (const float value : {0.1f, -1e-40f, 3e30f, 1e4f}) {
    const auto row = moment_row(describe({std::vector<float>(100001, value)}), 0);
    EXPECT_EQ(row[1], value);
    EXPECT_EQ(row[2], 0);
    EXPECT_TRUE(std::isnan(row[3]));
  }
}

TEST(Describe, TheLastRowIsOfAllSegments) {
  const std::vector<std::vector<float>> parts = {
      normal(33000, 0, 0.05, 1), {}, normal(128, 1, 1e-3, 2), {2}, {nan, -infinity, 0}};
  const auto out = describe(parts);
  const auto all = concatenate(parts);
  for (std::size_t s = 0; s < parts.size(); ++s) {
    SCOPED_TRACE(s);
    expect_moments(moment_row(out, s), reference::moments(parts[s]));
  }
  expect_moments(moment_row(out, parts.size()), reference::moments(all));
  EXPECT_TRUE(row_of(out.histogram, parts.size(), 514) == reference::histogram(all, histogram_edges({})));
}

TEST(Describe, WithoutSegmentsOnlyTheEmptyRowOfAll) {
  const auto out = describe({});
  EXPECT_EQ(out.moments.size(), moment_count);
  expect_moments(moment_row(out, 0), reference::moments({}));
  EXPECT_EQ(out.histogram, std::vector<std::uint32_t>(514, 0));
  ASSERT_EQ(out.quantiles.size(), 257u);
  for (const float q : out.quantiles) EXPECT_TRUE(std::isnan(q));
}

TEST(Describe, OrderOfValuesChangesNoHistogramAndNoQuantile) {
  for (const auto& [name, values] : hard_inputs()) {
    SCOPED_TRACE(name);
    const auto a = describe({values}), b = describe({shuffled(values)});
    EXPECT_EQ(a.histogram, b.histogram);
    EXPECT_TRUE(same_bits(a.quantiles, b.quantiles));
    expect_moments(moment_row(b, 0), reference::moments(values));
  }
}

TEST(DescribeDoubles, MomentsAgreeWithTheDefinitionOnHardInputs) {
  for (const auto& [name, values] : hard_doubles()) {
    SCOPED_TRACE(name);
    const auto out = describe_doubles({values});
    for (const std::size_t row : {0, 1}) expect_moments(moment_row(out, row), reference::moments(values));
  }
}

// Segments of any magnitude meet in the last row.
TEST(DescribeDoubles, TheLastRowIsOfAllSegments) {
  const std::vector<std::vector<double>> parts = {
      fine_normals(300, 1e-200), {0, -0.0, 0}, {}, fine_normals(20000, 1e-180), fine_normals(100, 3)};
  const std::vector<std::vector<double>> tiny = {parts[0], parts[1], parts[2], parts[3]};
  std::vector<std::vector<double>> huge = parts;
  huge.push_back(fine_normals(17000, -1e290));
  huge.push_back({std::nan(""), std::numeric_limits<double>::infinity(), 1});
  for (const auto& network : {parts, tiny, huge}) {
    SCOPED_TRACE(network.size());
    const auto out = describe_doubles(network);
    const auto all = concatenate(network);
    for (std::size_t s = 0; s < network.size(); ++s)
      expect_moments(moment_row(out, s), reference::moments(network[s]));
    expect_moments(moment_row(out, network.size()), reference::moments(all));
    EXPECT_TRUE(row_of(out.histogram, network.size(), 514) == reference::histogram(all, histogram_edges({})));
  }
}

// Float's statistics are of the same numbers.
TEST(DescribeDoubles, AgreeWithFloatsWhereTheValuesAreFloats) {
  for (const auto& [name, values] : hard_inputs()) {
    SCOPED_TRACE(name);
    const auto a = describe({values}), b = describe_doubles({doubles(values)});
    EXPECT_TRUE(same_bits(a.moments, b.moments));
    EXPECT_EQ(a.histogram, b.histogram);
    EXPECT_TRUE(same_bits(a.quantiles, b.quantiles));
  }
}

// A describer keeps memory between networks; nothing of an earlier one may show.
TEST(Describe, SameBitsWhateverWasDescribedBefore) {
  const auto small = normal(100, 0, 1, 1), large = normal(70000, 3, 2, 2), other = normal(20000, -1, 1, 3);
  const std::vector<Segment> one = {segment(small), segment(other)}, two = {segment(large)};
  Describer used(DescribeOptions{});
  Description first, between, again;
  used.describe(one, Memory::host, {}, first);
  used.describe(two, Memory::host, {}, between);
  used.describe(one, Memory::host, {}, again);
  const auto fresh = describe({large});
  EXPECT_TRUE(same_bits(first.moments, again.moments));
  EXPECT_EQ(first.histogram, again.histogram);
  EXPECT_TRUE(same_bits(first.quantiles, again.quantiles));
  EXPECT_TRUE(same_bits(between.moments, fresh.moments));
  EXPECT_EQ(between.histogram, fresh.histogram);
  EXPECT_TRUE(same_bits(between.quantiles, fresh.quantiles));
}

// Segments of one buffer start at any float, not at a vector's boundary.
TEST(Describe, DoesNotDependOnAlignment) {
  const auto values = normal(20000, 0, 1, 4);
  const auto expected = describe({values});
  for (std::size_t offset = 1; offset < 16; ++offset) {
    std::vector<float> buffer(offset, nan);
    buffer.insert(buffer.end(), values.begin(), values.end());
    const std::vector<Segment> segments = {{buffer.data() + offset, 20000}};
    Description out;
    Describer(DescribeOptions{}).describe(segments, Memory::host, {}, out);
    EXPECT_TRUE(same_bits(out.moments, expected.moments));
    EXPECT_EQ(out.histogram, expected.histogram);
  }
}

TEST(Describe, MemoryOfTheGpu) {
  const std::vector<float> values = hard_inputs()["some not finite"];
#ifdef KOKKOS_ENABLE_CUDA
  const Kokkos::View<float*, Kokkos::Cuda> device("values", values.size());
  Kokkos::deep_copy(device, Kokkos::View<const float*, Kokkos::HostSpace>(values.data(), values.size()));
  const std::vector<Segment> segments = {{device.data(), static_cast<std::int64_t>(values.size())}};
  const auto expected = describe({values});
  Description out;
  Describer(DescribeOptions{}).describe(segments, Memory::cuda, {}, out);
  expect_moments(moment_row(out, 0), reference::moments(values));
  EXPECT_EQ(out.histogram, expected.histogram);
  EXPECT_TRUE(same_bits(out.quantiles, expected.quantiles));
#else
  const std::vector<Segment> segments = {segment(values)};
  Description out;
  Describer describer(DescribeOptions{});
  try {
    describer.describe(segments, Memory::cuda, {}, out);
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr(std::string(kokkos_version())));
  }
#endif
}

TEST(KokkosVersion, NamesLibraryAndBackends) {
  EXPECT_THAT(std::string(kokkos_version()),
              testing::MatchesRegex("Kokkos [0-9]+\\.[0-9]+\\.[0-9]+ \\([A-Z].*\\)"));
}

}  // namespace
}  // namespace kindred::statistics
