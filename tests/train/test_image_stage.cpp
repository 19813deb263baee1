#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "train/image_stage.hpp"
#include "train/pool.hpp"

namespace kindred::train {
namespace {

std::vector<double> random_values(std::int64_t count, std::mt19937& random) {
  std::normal_distribution<double> normal;
  std::vector<double> values(static_cast<std::size_t>(count));
  for (auto& value : values) value = normal(random);
  return values;
}

/// The input pixel of a tap of output pixel (y, x) of image n, or null in the border.
const double* tap(const ImageStage& s, const std::vector<double>& images, std::int64_t n, std::int64_t y,
                  std::int64_t x, std::int64_t t) {
  const auto c = t / (s.kernel * s.kernel), row = y + t / s.kernel % s.kernel - s.kernel / 2,
             column = x + t % s.kernel - s.kernel / 2;
  if (row < 0 || column < 0 || row >= s.height || column >= s.width) return nullptr;
  return &images[static_cast<std::size_t>(((n * s.in + c) * s.height + row) * s.width + column)];
}

/// The plain convolution, [images, height, width, out].
std::vector<double> convolution(const ImageStage& s, const std::vector<double>& images,
                                const std::vector<double>& weights) {
  std::vector<double> out;
  for (std::int64_t n = 0; n < s.images; ++n)
    for (std::int64_t y = 0; y < s.height; ++y)
      for (std::int64_t x = 0; x < s.width; ++x)
        for (std::int64_t o = 0; o < s.out; ++o) {
          double sum = 0;
          for (std::int64_t t = 0; t < s.taps(); ++t)
            if (const double* value = tap(s, images, n, y, x, t))
              sum += *value * weights[static_cast<std::size_t>(t * s.out + o)];
          out.push_back(sum);
        }
  return out;
}

class Stages : public testing::TestWithParam<ImageStage> {};

// Against the convolution, then the pooling, each on its own.
TEST_P(Stages, EqualTheConvolutionAndThePoolingOneAfterTheOther) {
  const auto& s = GetParam();
  std::mt19937 random(1);
  const auto images = random_values(s.images * s.in * s.height * s.width, random);
  const auto weights = random_values(s.taps() * s.out, random), bias = random_values(s.out, random);
  std::vector<double> out(static_cast<std::size_t>(s.out_size())), expected(out.size());
  std::vector<std::uint8_t> chosen(out.size()), expected_chosen(out.size());
  image_stage(s, images.data(), weights.data(), bias.data(), out.data(), chosen.data());

  const PoolShape pool{s.images, s.height, s.width, s.out};
  const auto whole = convolution(s, images, weights);
  max_pool(pool, whole.data(), bias.data(), s.with_relu, expected.data(), expected_chosen.data());
  for (std::size_t i = 0; i < out.size(); ++i) EXPECT_NEAR(out[i], expected[i], 1e-12);
  EXPECT_EQ(chosen, expected_chosen);

  const auto gradient = random_values(s.out_size(), random);
  std::vector<double> by_weights(weights.size()), by_bias(bias.size()), expected_bias(bias.size()),
      expected_weights(weights.size()), by_pixels(whole.size(), 0);
  image_stage_backward(s, images.data(), gradient.data(), chosen.data(), by_weights.data(), by_bias.data());
  max_pool_backward(pool, gradient.data(), expected_chosen.data(), by_pixels.data(), expected_bias.data());
  std::size_t at = 0;
  for (std::int64_t n = 0; n < s.images; ++n)
    for (std::int64_t y = 0; y < s.height; ++y)
      for (std::int64_t x = 0; x < s.width; ++x)
        for (std::int64_t o = 0; o < s.out; ++o, ++at)
          for (std::int64_t t = 0; t < s.taps(); ++t)
            if (const double* value = tap(s, images, n, y, x, t))
              expected_weights[static_cast<std::size_t>(t * s.out + o)] += *value * by_pixels[at];
  for (std::size_t i = 0; i < by_weights.size(); ++i) EXPECT_NEAR(by_weights[i], expected_weights[i], 1e-11);
  for (std::size_t i = 0; i < by_bias.size(); ++i) EXPECT_NEAR(by_bias[i], expected_bias[i], 1e-11);
}

// Odd and even sizes and numbers of windows, several channels, and outputs on either side of a vector's
// lanes.
INSTANTIATE_TEST_SUITE_P(
    Shapes, Stages,
    testing::Values(ImageStage{2, 1, 28, 28, 16, 3, true}, ImageStage{3, 3, 8, 8, 32, 5, false},
                    ImageStage{1, 2, 7, 9, 5, 3, true}, ImageStage{2, 1, 6, 6, 17, 1, true},
                    ImageStage{1, 1, 2, 2, 1, 3, false}, ImageStage{2, 1, 3, 2, 20, 7, true}));

TEST(ImageStage, NaNPasses) {
  const ImageStage s{1, 1, 4, 4, 2, 1, true};
  std::vector<float> images(16, 1), weights{1, -1}, bias{0, 0}, out(8);
  std::vector<std::uint8_t> chosen(8);
  images[5] = NAN;
  image_stage(s, images.data(), weights.data(), bias.data(), out.data(), chosen.data());
  EXPECT_TRUE(std::isnan(out[0]) && std::isnan(out[1]));
  EXPECT_EQ(out[2], 1);
  EXPECT_EQ(out[3], 0);
}

}  // namespace
}  // namespace kindred::train
