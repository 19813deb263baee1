#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compare/metric.hpp"
#include "core/error.hpp"

namespace kindred::compare {
namespace {

std::vector<std::string> names(const std::string& asked) {
  std::vector<std::string> result;
  for (const auto& metric : choose_metrics(asked)) result.emplace_back(metric.name);
  return result;
}

TEST(Metrics, SetsAndNames) {
  EXPECT_EQ(names("fast").size(), 12u);
  EXPECT_THAT(names("fast"), testing::Not(testing::Contains("procrustes")));
  EXPECT_EQ(names("all").size(), metrics().size());
  EXPECT_THAT(names("cka,wasserstein"), testing::ElementsAre("wasserstein", "cka"));
}

TEST(Metrics, AnUnknownNameIsRefusedWithTheAllowedOnes) {
  try {
    choose_metrics("cka,euclid");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(),
                testing::AllOf(testing::HasSubstr("euclid"), testing::HasSubstr("wasserstein")));
  }
  EXPECT_THROW(choose_metrics(""), Error);
}

TEST(Metrics, DistancesAndSimilaritiesSaySo) {
  for (const auto& metric : metrics()) EXPECT_THAT(metric.kind, testing::AnyOf("distance", "similarity"));
}

TEST(SplitNames, AtEveryComma) {
  EXPECT_THAT(split_names("a,b"), testing::ElementsAre("a", "b"));
  EXPECT_THAT(split_names("a"), testing::ElementsAre("a"));
  EXPECT_THAT(split_names("a,"), testing::ElementsAre("a", ""));
  EXPECT_THAT(split_names(" a , b c,  "), testing::ElementsAre("a", "b c", ""));
  EXPECT_THAT(split_names(""), testing::ElementsAre(""));
}

}  // namespace
}  // namespace kindred::compare
