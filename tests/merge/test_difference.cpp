#include <gtest/gtest.h>

#include "inputs.hpp"
#include "merge/difference.hpp"

namespace kindred::merge {
namespace {

/// Another cohort is that one with a change.
template <class Change>
std::string changed(Change change, bool any = true) {
  const auto wanted = testing::input("a", {1, 2}).layout.cohorts[0];
  auto found = testing::input("b", {3}).layout.cohorts[0];
  change(found);
  return any ? any_difference(found, wanted) : difference(found, wanted);
}

TEST(Difference, RunsDoNotMatter) {
  EXPECT_EQ(changed([](auto&) {}), "");
}

TEST(Difference, NamesTheSettingOfRecord) {
  EXPECT_EQ(changed([](auto& c) { c.arrays[0].dimensions[0].size = 5; }),
            "histogram of 5, not 3, along bin (record.histogram_bins or record.histogram_range)");
  EXPECT_EQ(changed([](auto& c) {
              c.scales[0].second = std::vector<double>{0, 1, 3};
            }),
            "histogram with other values of bin (record.histogram_bins or record.histogram_range)");
  EXPECT_EQ(changed([](auto& c) { c.arrays.pop_back(); }), "no array logits (record.probes)");
  EXPECT_EQ(changed([](auto& c) { c.arrays[1].type = store::Type::f64; }), "another kind of array logits");
}

TEST(Difference, WhatIsNotWantedMattersOnlyForEqualLayouts) {
  const auto more = [](auto& c) {
    c.arrays.push_back(
        {"weights", store::Type::f32, {{"weights_snapshot", 1}, {"weight", 5}}, store::Fill::none});
  };
  EXPECT_EQ(changed(more, false), "");
  EXPECT_EQ(changed(more), "an array weights more (record.weights)");
  EXPECT_EQ(changed([](auto& c) { std::swap(c.arrays[0], c.arrays[1]); }, false), "");
  EXPECT_EQ(changed([](auto& c) { std::swap(c.arrays[0], c.arrays[1]); }), "another order of arrays");
}

TEST(Difference, AttributesAndConstantsCount) {
  EXPECT_EQ(changed([](auto& c) { c.attributes["key"] = "other"; }), "another attribute key");
  EXPECT_EQ(changed([](auto& c) { c.constants[0].values = std::vector<std::int64_t>{6}; }),
            "another parameter_size");
}

}  // namespace
}  // namespace kindred::merge
