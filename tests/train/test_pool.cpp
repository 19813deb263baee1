#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "train/pool.hpp"

namespace kindred::train {
namespace {

struct Pooled {
  std::vector<float> out;
  std::vector<std::uint8_t> chosen;
};

Pooled pool(const PoolShape& shape, const std::vector<float>& images, bool with_relu,
            std::vector<float> bias = {}) {
  bias.resize(static_cast<std::size_t>(shape.channels));
  Pooled pooled{std::vector<float>(static_cast<std::size_t>(shape.out_size())),
                std::vector<std::uint8_t>(static_cast<std::size_t>(shape.out_size()))};
  max_pool(shape, images.data(), bias.data(), with_relu, pooled.out.data(), pooled.chosen.data());
  return pooled;
}

// Odd sizes, and channels on either side of a vector's lanes.
TEST(MaxPool, IsTheLargestOfEachWindowAndItsGradientGoesThere) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (const std::int64_t channels : {1, 3, 16, 17, 40})
    for (const bool with_relu : {false, true}) {
      const PoolShape shape{2, 5, 7, channels};
      std::vector<float> images(static_cast<std::size_t>(2 * 5 * 7 * channels));
      for (auto& value : images) value = normal(random);
      std::vector<float> bias(static_cast<std::size_t>(channels)), bias_gradient(bias.size()),
          expected_bias(bias.size());
      for (auto& value : bias) value = normal(random);
      const auto [out, chosen] = pool(shape, images, with_relu, bias);
      std::vector<float> gradient(out.size()), back(images.size(), 0), expected(images.size(), 0);
      for (auto& value : gradient) value = normal(random);
      max_pool_backward(shape, gradient.data(), chosen.data(), back.data(), bias_gradient.data());
      std::size_t at = 0;
      for (std::int64_t n = 0; n < 2; ++n)
        for (std::int64_t i = 0; i < 2; ++i)
          for (std::int64_t j = 0; j < 3; ++j)
            for (std::int64_t c = 0; c < channels; ++c, ++at) {
              std::size_t best = 0;
              float largest = -INFINITY;
              for (std::int64_t k = 0; k < 4; ++k) {
                const auto pixel =
                    static_cast<std::size_t>(((n * 5 + 2 * i + k / 2) * 7 + 2 * j + k % 2) * channels + c);
                if (images[pixel] > largest) largest = images[best = pixel];
              }
              const float value = largest + bias[static_cast<std::size_t>(c)];
              EXPECT_EQ(out[at], with_relu ? std::max(0.0f, value) : value);
              if (with_relu && value <= 0) continue;
              expected[best] = gradient[at];
              expected_bias[static_cast<std::size_t>(c)] += gradient[at];
            }
      EXPECT_EQ(back, expected) << channels << " channels, relu " << with_relu;
      EXPECT_EQ(bias_gradient, expected_bias) << channels << " channels, relu " << with_relu;
    }
}

TEST(MaxPool, NaNPassesAndTheFirstOfEqualsWins) {
  const PoolShape shape{1, 2, 2, 1};
  for (std::size_t place = 0; place < 4; ++place) {
    std::vector<float> images{1, INFINITY, 3, -2};
    images[place] = NAN;
    EXPECT_TRUE(std::isnan(pool(shape, images, true).out[0])) << place;
  }
  EXPECT_EQ(pool(shape, {2, 2, 2, 2}, true).chosen[0], 0);
  EXPECT_EQ(pool(shape, {0, 0, 0, 0}, true).chosen[0], 4) << "relu's derivative at 0 is 0";
  EXPECT_EQ(pool(shape, {-1, -1, -1, -1}, true).out[0], 0);
  EXPECT_EQ(pool(shape, {-INFINITY, -INFINITY, -INFINITY, -INFINITY}, false).out[0], -INFINITY);
}

TEST(MaxPool, TooSmallAnImageGivesNothing) {
  EXPECT_TRUE(pool({3, 1, 8, 4}, std::vector<float>(96), true).out.empty());
}

}  // namespace
}  // namespace kindred::train
