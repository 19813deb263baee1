#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <string_view>

#include "train/native/order.hpp"

namespace kindred::train::native {
namespace {

using List = std::vector<std::int64_t>;

class Orders : public testing::TestWithParam<const char*> {
 protected:
  static network::Network make(const char* architecture) {
    sweep::RunSettings settings;
    settings.set("model.architecture", architecture);
    settings.set("model.channels", List{5, 7});
    settings.set("model.hidden", List{9});
    settings.set("model.patch", std::int64_t{8});
    settings.set("model.dim", std::int64_t{12});
    settings.set("model.depth", std::int64_t{1});
    return network::make_network(settings, data::dataset_info("cifar10"));
  }

  explicit Orders(const char* architecture = GetParam())
      : network_(make(architecture)),
        order_(network_),
        weights_(static_cast<std::size_t>(network_.size)),
        buffer_(static_cast<std::size_t>(order_.size()), -1) {
    std::iota(weights_.begin(), weights_.end(), 0.0f);
    order_.from_pytorch(weights_.data(), buffer_.data());
  }

  /// Expects weight i of a parameter at place(i) of its part of the buffer.
  template <class Place>
  void expect_places(std::string_view name, Place place) const {
    for (std::size_t p = 0; p < network_.parameters.size(); ++p) {
      const auto& parameter = network_.parameters[p];
      if (parameter.name != name) continue;
      for (std::int64_t i = 0; i < parameter.size; ++i)
        ASSERT_EQ(buffer_[static_cast<std::size_t>(order_.offset(p) + place(i))],
                  static_cast<float>(parameter.offset + i))
            << name << " " << i;
      return;
    }
    FAIL() << "no parameter " << name;
  }

  network::Network network_;
  EngineOrder order_;
  std::vector<float> weights_, buffer_;
};

TEST_P(Orders, ThereAndBackIsAsItWas) {
  std::vector<float> back(weights_.size(), -1);
  order_.to_pytorch(buffer_.data(), back.data());
  EXPECT_EQ(back, weights_);
}

TEST_P(Orders, ParametersLieApartEachFromACacheLineOn) {
  std::size_t filled = 0;
  for (std::size_t p = 0; p < network_.parameters.size(); ++p) {
    const auto& parameter = network_.parameters[p];
    EXPECT_EQ(order_.offset(p) % 16, 0);
    EXPECT_LE(order_.offset(p) + parameter.size,
              p + 1 < network_.parameters.size() ? order_.offset(p + 1) : order_.size());
    auto values = std::vector<float>(buffer_.begin() + order_.offset(p),
                                     buffer_.begin() + order_.offset(p) + parameter.size);
    std::sort(values.begin(), values.end());
    EXPECT_EQ(values, std::vector<float>(weights_.begin() + parameter.offset,
                                         weights_.begin() + parameter.offset + parameter.size))
        << parameter.name;
    filled += values.size();
  }
  EXPECT_EQ(std::count(buffer_.begin(), buffer_.end(), -1.0f), buffer_.size() - filled)
      << "nothing is written between them";
}

INSTANTIATE_TEST_SUITE_P(Architectures, Orders, testing::Values("mlp", "cnn", "vit"),
                         [](const auto& instance) { return std::string(instance.param); });

struct DenseOrder : Orders {
  DenseOrder() : Orders("mlp") {}
};
struct ConvolutionalOrder : Orders {
  ConvolutionalOrder() : Orders("cnn") {}
};
struct TransformerOrder : Orders {
  TransformerOrder() : Orders("vit") {}
};

TEST_F(DenseOrder, OfAMatrixIsInTimesOut) {
  expect_places("fc1.weight", [](std::int64_t i) { return i % 3072 * 9 + i / 3072; });
  expect_places("fc2.weight", [](std::int64_t i) { return i % 9 * 10 + i / 9; });
  expect_places("fc1.bias", [](std::int64_t i) { return i; });
}

TEST_F(ConvolutionalOrder, OfAKernelIsPixelsTimesChannelsTimesOut) {
  expect_places("conv2.weight", [](std::int64_t i) {
    const std::int64_t out = i / 45, channel = i / 9 % 5, pixel = i % 9;
    return (pixel * 5 + channel) * 7 + out;
  });
  expect_places("conv2.bias", [](std::int64_t i) { return i; });
}

TEST_F(ConvolutionalOrder, OfTheMatrixBehindImagesIsPixelsTimesChannelsTimesOut) {
  expect_places("fc1.weight", [](std::int64_t i) {
    const std::int64_t out = i / 448, channel = i / 64 % 7, pixel = i % 64;
    return (pixel * 7 + channel) * 9 + out;
  });
  expect_places("fc2.weight", [](std::int64_t i) { return i % 9 * 10 + i / 9; });
}

TEST_F(TransformerOrder, OfPatchesIsInTimesOutAndOfTokensAsItIs) {
  expect_places("embed.weight", [](std::int64_t i) { return i % 192 * 12 + i / 192; });
  expect_places("blocks.0.attn.in_proj_weight", [](std::int64_t i) { return i % 12 * 36 + i / 12; });
  for (const char* name : {"class_token", "positions", "embed.bias", "norm.weight"})
    expect_places(name, [](std::int64_t i) { return i; });
}

}  // namespace
}  // namespace kindred::train::native
