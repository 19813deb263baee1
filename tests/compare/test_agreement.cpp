#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "compare/agreement.hpp"
#include "core/random.hpp"

namespace kindred::compare {
namespace {

/// Logits that predict these classes, the first of two equal ones.
std::vector<float> logits_of(const std::vector<std::int64_t>& predicted, std::int64_t classes) {
  std::vector<float> logits;
  for (const auto predicted_class : predicted)
    for (std::int64_t c = 0; c < classes; ++c)
      logits.push_back(c < predicted_class ? -1e30f : c <= predicted_class + 1 ? 7.0f : -7.0f);
  return logits;
}

struct Shape {
  std::int64_t probes, classes;
};

class Agreement : public testing::TestWithParam<Shape> {};

TEST_P(Agreement, IsTheShareOfEqualPredictions) {
  const auto [probes, classes] = GetParam();
  constexpr std::int64_t runs = 5;
  FeatureRows rows(block_runs, predicted_classes_length(probes, classes));
  std::vector<std::vector<std::int64_t>> predicted;
  RandomStream stream(6, Stream::sampling);
  for (std::int64_t i = 0; i < runs; ++i) {
    auto& own = predicted.emplace_back();
    // All but the last one choose between two classes, one of them the highest.
    for (std::int64_t k = 0; k < probes; ++k)
      own.push_back(i == runs - 1 ? 0 : stream.below(2) == 0 ? classes - 1 : classes / 2);
    ASSERT_TRUE(predicted_classes(logits_of(own, classes), classes, rows.row(i)));
  }
  const auto equal_share = [&](std::size_t i, std::size_t j) {
    std::int64_t equal = 0;
    for (std::size_t k = 0; k < predicted[i].size(); ++k) equal += predicted[i][k] == predicted[j][k];
    return static_cast<double>(equal) / static_cast<double>(probes);
  };
  PairSums out;
  agreements({rows.row(0), rows.row(0), rows.stride(), runs, runs, false}, probes, classes, out);
  for (std::size_t i = 0; i < runs; ++i)
    for (std::size_t j = 0; j < runs; ++j)
      ASSERT_EQ(out[i * block_runs + j], equal_share(i, j)) << i << " " << j;
  agreements({rows.row(0), rows.row(0), rows.stride(), runs, runs, true}, probes, classes, out);
  EXPECT_EQ(out[2 * block_runs + 2], 1);
}

// Up to 256 classes are bytes, which 64 counters of a byte add up 255 times.
INSTANTIATE_TEST_SUITE_P(Shapes, Agreement,
                         testing::Values(Shape{1, 2}, Shape{63, 10}, Shape{64, 10}, Shape{1000, 10},
                                         Shape{16'320, 2}, Shape{40'001, 2}, Shape{130, 256}, Shape{130, 257},
                                         Shape{70, 70'000}));

TEST(PredictedClasses, AreThoseOfTheLargestLogits) {
  const std::vector<float> logits{1, 3, 3, 7, 7, 7, -1, -2, 0, -0.0f, 0, -1, -9, -8, -8};
  float row[2] = {};
  ASSERT_TRUE(predicted_classes(logits, 3, row));
  const auto* classes = reinterpret_cast<const unsigned char*>(row);
  EXPECT_EQ(std::vector<int>(classes, classes + 5), (std::vector<int>{1, 0, 2, 0, 1}));
}

TEST(PredictedClasses, AreNotDefinedWhereALogitIsNotFinite) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  for (const float bad : {infinity, -infinity, std::numeric_limits<float>::quiet_NaN()})
    for (const std::int64_t classes : {10, 300})
      for (const std::int64_t place : {std::int64_t{0}, classes + 1, 3 * classes - 1}) {
        std::vector<float> logits(static_cast<std::size_t>(3 * classes), 1.0f);
        logits[static_cast<std::size_t>(place)] = bad;
        std::vector<float> row(3);
        EXPECT_FALSE(predicted_classes(logits, classes, row.data())) << bad << " at " << place;
      }
  std::vector<float> row(1);
  EXPECT_TRUE(predicted_classes(std::vector<float>{3e38f, -3e38f, 1e-45f}, 3, row.data()));
}

}  // namespace
}  // namespace kindred::compare
