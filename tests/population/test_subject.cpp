#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "population/run_record.hpp"
#include "population/subject.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::population {
namespace {

using testing::ElementsAre;

Subject subject(const std::string& model) {
  const auto sweep = sweep::parse_sweep(model, "test.toml");
  auto subject = subject_of(
      network::make_network(sweep.runs[0], data::dataset_info(sweep.runs[0].text("data.dataset"))));
  subject.snapshots = {0, 2, 5};
  subject.weight_snapshots = {5};
  subject.options.histogram_bins = 8;
  subject.options.quantiles = 3;
  return subject;
}

template <class T>
const T& named(const std::vector<T>& items, const std::string& name) {
  for (const auto& item : items)
    if (item.name == name) return item;
  throw std::runtime_error("no " + name);
}

const store::Coordinate& scale(const store::CohortLayout& layout, const std::string& name) {
  for (const auto& [scale, values] : layout.scales)
    if (scale == name) return values;
  throw std::runtime_error("no scale " + name);
}

std::vector<std::int64_t> sizes(const store::Array& array) {
  std::vector<std::int64_t> result;
  for (const auto& dimension : array.dimensions) result.push_back(dimension.size);
  return result;
}

TEST(Subject, OfADenseNetworkHasInputsAndRowsAsNodes) {
  const auto dense = subject("[model]\nhidden = [16, 8]\n");
  EXPECT_THAT(dense.structure.layers, ElementsAre(784, 16, 8, 10));
  EXPECT_THAT(dense.layer_names, ElementsAre("input", "fc1", "fc2", "fc3"));
  EXPECT_EQ(dense.structure.singular_values(), 16 + 8 + 8);
  std::vector<std::int64_t> incoming, outgoing;
  for (const auto& matrix : dense.structure.matrices) {
    incoming.push_back(matrix.incoming);
    outgoing.push_back(*matrix.outgoing);
  }
  EXPECT_THAT(incoming, ElementsAre(784, 800, 808));
  EXPECT_THAT(outgoing, ElementsAre(0, 784, 800)) << "a layer's nodes are where the one before it goes";
  EXPECT_EQ(dense.size(), 784 * 16 + 16 + 16 * 8 + 8 + 8 * 10 + 10);
}

TEST(Subject, OfAConvolutionalNetworkHasChannelsAsNodes) {
  const auto cnn = subject(
      "[model]\narchitecture = \"cnn\"\nchannels = [4, 6]\nhidden = [12]\n[data]\ndataset = \"cifar10\"\n");
  EXPECT_THAT(cnn.structure.layers, ElementsAre(3, 4, 6, 12, 10));
  const auto& head = cnn.structure.matrices[2];
  EXPECT_EQ(head.channels, 6);
  EXPECT_EQ(head.pixels, 8 * 8) << "32 x 32 halved twice";
  EXPECT_EQ(head.outgoing, 3 + 4);
}

TEST(Subject, OfATransformerKnowsWhereValuesFlow) {
  const auto vit =
      subject("[model]\narchitecture = \"vit\"\ndim = 8\nheads = 2\ndepth = 2\nmlp_dim = 16\npatch = 7\n");
  EXPECT_THAT(vit.structure.layers, ElementsAre(49, 8, 24, 8, 16, 8, 24, 8, 16, 8, 10));
  std::vector<std::int64_t> outgoing;
  for (const auto& matrix : vit.structure.matrices) outgoing.push_back(matrix.outgoing.value_or(-1));
  const std::int64_t values = 49 + 8 + 2 * 8, fc1 = 49 + 8 + 24 + 8;
  EXPECT_EQ(outgoing[0], 0) << "the patch's values";
  EXPECT_EQ(outgoing[1], 49) << "embedding rows into in_proj";
  EXPECT_EQ(outgoing[2], values) << "value rows into out_proj";
  EXPECT_EQ(outgoing[3], -1) << "a residual branch starts with fc1";
  EXPECT_EQ(outgoing[4], fc1) << "fc1 into fc2";
  EXPECT_EQ(outgoing[5], -1) << "block 1 reads the sum of branches";
}

TEST(Subject, GivesTheContractsArraysScalesAndConstants) {
  store::CohortLayout layout;
  add_statistics(layout, subject("[model]\nhidden = [16, 8]\n"));
  std::vector<std::string> names;
  for (const auto& array : layout.arrays) names.push_back(array.name);
  EXPECT_THAT(names,
              ElementsAre("moments", "histogram", "quantiles", "strength_in", "strength_out", "node_strength",
                          "layer_fluctuation", "singular_values", "spectrum", "weights"));
  EXPECT_THAT(sizes(named(layout.arrays, "node_strength")), ElementsAre(3, 818));
  EXPECT_THAT(sizes(named(layout.arrays, "layer_fluctuation")), ElementsAre(3, 4));
  EXPECT_THAT(sizes(named(layout.arrays, "singular_values")), ElementsAre(3, 32));
  EXPECT_THAT(sizes(named(layout.arrays, "spectrum")), ElementsAre(3, 3, 6));
  EXPECT_THAT(sizes(named(layout.population, "node_strength_moments")), ElementsAre(3, 4, 12));
  EXPECT_THAT(std::get<std::vector<std::string>>(scale(layout, "matrix")),
              ElementsAre("fc1.weight", "fc2.weight", "fc3.weight"));
  const auto& layers = std::get<std::vector<std::int32_t>>(named(layout.constants, "node_layer").values);
  EXPECT_EQ(layers.size(), 818u);
  EXPECT_EQ(layers[783], 0);
  EXPECT_EQ(layers[784], 1);
  EXPECT_EQ(layers[817], 3);
}

TEST(Subject, WithoutANetworkHasSpectraButNoNodes) {
  Subject foreign;
  foreign.parameters = {{"w", 0, 6}, {"b", 6, 2}};
  foreign.structure.matrices = {{0, {}, 2, 3, 1, 0, {}}};
  foreign.snapshots = {0};
  store::CohortLayout layout;
  add_statistics(layout, foreign);
  std::vector<std::string> names;
  for (const auto& array : layout.arrays) names.push_back(array.name);
  EXPECT_THAT(names, ElementsAre("moments", "histogram", "quantiles", "singular_values", "spectrum"));
  for (const auto& array : layout.population) EXPECT_NE(array.name, "node_strength_moments");
}

TEST(RunRecord, PutsAStatisticsRowAtItsSnapshot) {
  store::CohortLayout layout;
  const auto dense = subject("[model]\nhidden = [2]\n");
  add_statistics(layout, dense);
  RunRecord record(layout.arrays);
  std::vector<float> weights(static_cast<std::size_t>(dense.size()), 0.5f);
  std::vector<statistics::Segment> segments;
  for (const auto& parameter : dense.parameters)
    segments.push_back({weights.data() + parameter.offset, parameter.size});
  statistics::Describer describer(dense.options);
  statistics::Description description;
  describer.describe(segments, statistics::Memory::host, dense.structure, description);
  record.put(description, 1);
  const auto strengths = record.row<float>("strength_in");
  EXPECT_TRUE(std::isnan(strengths[0])) << "snapshot 0 was never reached";
  const auto now = strengths.subspan(796, 796);
  EXPECT_EQ(now[0], 1);
  EXPECT_EQ(now[784], 784 * 0.5f + 0.5f);
  EXPECT_EQ(now[786], 2 * 0.5f + 0.5f);
  EXPECT_EQ(record.row<float>("strength_out").subspan(796, 796)[784], 10 * 0.5f);
  const auto fluctuations = record.row<double>("layer_fluctuation");
  EXPECT_EQ(fluctuations[3], 0) << "all inputs are alike";
}

}  // namespace
}  // namespace kindred::population
