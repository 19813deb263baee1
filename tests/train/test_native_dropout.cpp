#include <gtest/gtest.h>

#include <vector>

#include "core/random.hpp"
#include "train/native/layers.hpp"

namespace kindred::train::native {
namespace {

constexpr std::int64_t samples = 9, values = 37;  // masks end inside a block of four words

class Dropouts : public testing::Test {
 protected:
  static std::unique_ptr<Layer> layer(double rate, std::int64_t index = 1, std::uint64_t identity = 99) {
    return make_dropout({rate}, index, 3, {samples, 1, values, nullptr, identity});
  }
  /// What the layer multiplies the values of these samples by.
  static std::vector<float> mask(Layer& dropout, const Pass& pass) {
    std::vector<float> x(static_cast<std::size_t>(pass.samples * values), 1.0f);
    EXPECT_EQ(dropout.forward(pass, x.data()), x.data());
    return x;
  }
};

TEST_F(Dropouts, MaskOfAPartIsThatPieceOfTheWholes) {
  const auto one = layer(0.3);
  const auto whole = mask(*one, {samples, true, 5});
  for (const std::int64_t size : {1, 2, 4, 8}) {
    std::vector<float> pieces;
    for (std::int64_t first = 0; first < samples; first += size)
      for (const float factor : mask(*one, {std::min(size, samples - first), true, 5, first}))
        pieces.push_back(factor);
    EXPECT_EQ(pieces, whole) << size << " at once";
  }
}

TEST_F(Dropouts, MaskIsWhatTheRunsStreamSays) {
  const double rate = 0.3;
  const auto found = mask(*layer(rate, 2), {samples, true, 4});
  RandomStream random(99, Stream::dropout, 4 * 3 + 2);
  for (const float factor : found)
    EXPECT_EQ(factor, random.next() < static_cast<std::uint32_t>(rate * 0x1p32)
                          ? 0.0f
                          : static_cast<float>(1 / (1 - rate)));
}

TEST_F(Dropouts, DiffersByStepLayerAndRun) {
  const Pass pass{samples, true, 5};
  const auto first = mask(*layer(0.5), pass);
  EXPECT_EQ(mask(*layer(0.5), pass), first);
  EXPECT_NE(mask(*layer(0.5), {samples, true, 6}), first);
  EXPECT_NE(mask(*layer(0.5, 0), pass), first);
  EXPECT_NE(mask(*layer(0.5, 1, 98), pass), first);
}

TEST_F(Dropouts, DerivativesPassWhereValuesDid) {
  const auto dropout = layer(0.5);
  const Pass pass{samples, true};
  const auto forward = mask(*dropout, pass);
  std::vector<float> dy(forward.size(), 1.0f);
  EXPECT_EQ(dropout->backward(pass, dy.data(), nullptr), dy.data());
  EXPECT_EQ(dy, forward);
}

TEST_F(Dropouts, DropsNothingOutsideTraining) {
  EXPECT_EQ(mask(*layer(0.9), {samples}), std::vector<float>(samples * values, 1.0f));
}

}  // namespace
}  // namespace kindred::train::native
