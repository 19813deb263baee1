#include <gtest/gtest.h>

#include <numeric>

#include "train/gather.hpp"

namespace kindred::train {
namespace {

class Gather : public testing::TestWithParam<const char*> {};

TEST_P(Gather, NormalisesEachChannelWithThePublishedConstants) {
  const auto& info = data::dataset_info(GetParam());
  const auto pixels = static_cast<std::size_t>(info.pixels());
  std::vector<std::uint8_t> images(5 * pixels);
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<std::uint8_t>(i * 31);
  const std::vector<std::uint32_t> indices = {4, 0, 4};
  std::vector<float> out(3 * pixels), range(2 * pixels);
  const Normalizer normalizer(info);
  normalizer.gather(images, indices, out.data());
  normalizer.range(images, 3, 2, range.data());
  const auto plane = static_cast<std::size_t>(info.height * info.width);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t p = 0; p < pixels; ++p) {
      const double mean = info.mean[p / plane], deviation = info.standard_deviation[p / plane];
      const double expected = (images[indices[i] * pixels + p] / 255.0 - mean) / deviation;
      ASSERT_NEAR(out[i * pixels + p], expected, 1e-6) << "three roundings of values up to 3";
    }
  EXPECT_TRUE(std::equal(range.begin() + static_cast<std::ptrdiff_t>(pixels), range.end(), out.begin()));
}

INSTANTIATE_TEST_SUITE_P(Datasets, Gather, testing::Values("mnist", "cifar10"));

}  // namespace
}  // namespace kindred::train
