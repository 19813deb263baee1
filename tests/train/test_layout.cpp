#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "samples.hpp"

namespace kindred::train {
namespace {

const store::Array& find(const std::vector<store::Array>& arrays, const std::string& name) {
  const auto found =
      std::find_if(arrays.begin(), arrays.end(), [&](const auto& a) { return a.name == name; });
  if (found == arrays.end()) throw std::runtime_error("no array " + name);
  return *found;
}

std::vector<std::int64_t> sizes(const store::Array& array) {
  std::vector<std::int64_t> result;
  for (const auto& dimension : array.dimensions) result.push_back(dimension.size);
  return result;
}

TEST(Layout, HasTheContractsArraysInItsOrder) {
  const auto sweep =
      small_sweep("[record]\nsnapshots = [0, 2]\nhistogram_bins = 10\nquantiles = 5\nprobes = 7\n");
  const auto layout = population_layout(sweep, make_cohorts(sweep));
  std::vector<std::string> names;
  for (const auto& array : layout.cohorts[0].arrays) names.push_back(array.name);
  EXPECT_THAT(names,
              testing::ElementsAre("train_loss", "train_accuracy", "test_loss", "test_accuracy", "moments",
                                   "histogram", "quantiles", "strength_in", "strength_out", "node_strength",
                                   "layer_fluctuation", "singular_values", "spectrum", "weights", "logits"));
  const auto& arrays = layout.cohorts[0].arrays;
  EXPECT_THAT(sizes(find(arrays, "test_loss")), testing::ElementsAre(4)) << "epochs 0 to 3";
  EXPECT_THAT(sizes(find(arrays, "moments")), testing::ElementsAre(3, 7, 12))
      << "the last epoch is always taken";
  EXPECT_THAT(sizes(find(arrays, "histogram")), testing::ElementsAre(3, 7, 12));
  EXPECT_THAT(sizes(find(arrays, "logits")), testing::ElementsAre(7, 10));
  EXPECT_THAT(sizes(find(arrays, "weights")),
              testing::ElementsAre(1, 784 * 16 + 16 + 16 * 8 + 8 + 8 * 10 + 10));
}

TEST(Layout, WithoutWeightsThereAreNoArraysOfThem) {
  const auto sweep = small_sweep("[record]\nweights = \"none\"\n");
  const auto layout = population_layout(sweep, make_cohorts(sweep));
  for (const auto& arrays : {layout.cohorts[0].arrays, layout.cohorts[0].population})
    for (const auto& array : arrays) EXPECT_THAT(array.name, testing::Not(testing::StartsWith("weight")));
}

TEST(Layout, EverySettingIsAColumnAndTellsWhereItDoesNotApply) {
  const auto sweep = small_sweep("");
  const auto layout = population_layout(sweep, make_cohorts(sweep));
  const auto column = [&](const std::string& name) {
    return std::find_if(layout.columns.begin(), layout.columns.end(),
                        [&](const auto& c) { return c.name == name; })
        ->values;
  };
  EXPECT_EQ(std::get<std::vector<double>>(column("train.learning_rate")).at(0), 0.05);
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(column("model.patch")).at(0), -1);
  EXPECT_TRUE(std::isnan(std::get<std::vector<double>>(column("train.step_factor")).at(0)));
  EXPECT_EQ(std::get<std::vector<std::string>>(column("model.hidden")).at(0), "[16, 8]");
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(column("seed")).at(0), 0);
}

}  // namespace
}  // namespace kindred::train
