#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "network/network.hpp"

namespace kindred::network {
namespace {

sweep::RunSettings mlp(std::vector<std::int64_t> hidden) {
  sweep::RunSettings settings;
  settings.set("model.hidden", std::move(hidden));
  return settings;
}

std::vector<std::string> names(const Network& network) {
  std::vector<std::string> all;
  std::int64_t end = 0;
  for (const auto& parameter : network.parameters) {
    all.push_back(parameter.name);
    EXPECT_EQ(parameter.offset, end) << parameter.name;
    end += parameter.size;
  }
  EXPECT_EQ(network.size, end);
  return all;
}

TEST(Network, AnMlpHasPyTorchsParametersInItsOrder) {
  const auto network = make_network(mlp({128, 64}), data::dataset_info("mnist"));
  EXPECT_THAT(names(network), testing::ElementsAre("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias",
                                                   "fc3.weight", "fc3.bias"));
  EXPECT_THAT(network.parameters[0].shape, testing::ElementsAre(128, 784));
  EXPECT_EQ(network.size, 109386);
}

TEST(Network, ACnnsStagesHalveTheImage) {
  sweep::RunSettings settings;
  settings.set("model.architecture", "cnn");
  settings.set("model.channels", std::vector<std::int64_t>{4, 5, 6});
  settings.set("model.hidden", std::vector<std::int64_t>{7});
  const auto network = make_network(settings, data::dataset_info("mnist"));
  EXPECT_THAT(names(network),
              testing::ElementsAre("conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias", "conv3.weight",
                                   "conv3.bias", "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"));
  EXPECT_THAT(network.parameters[2].shape, testing::ElementsAre(5, 4, 3, 3));
  EXPECT_THAT(network.parameters[6].shape, testing::ElementsAre(7, 6 * 3 * 3)) << "28, 14, 7, 3";
  EXPECT_THAT(network.representations(),
              testing::ElementsAre("stage1", "stage2", "stage3", "penultimate", "logits"));
  EXPECT_EQ(network.multiply_adds(), 784 * 9 * 4 + 196 * 9 * 4 * 5 + 49 * 9 * 5 * 6 + 54 * 7 + 70);
  EXPECT_EQ(network.widest(), 784 * 4);
  EXPECT_THAT(network.widths(), testing::ElementsAre(784 * 4, 196 * 4, 196 * 4, 196 * 5, 49 * 5, 49 * 5,
                                                     49 * 6, 9 * 6, 9 * 6, 9 * 6, 7, 7, 7, 10));

  settings.set("model.hidden", std::vector<std::int64_t>{});
  EXPECT_THAT(make_network(settings, data::dataset_info("cifar10")).representations(),
              testing::ElementsAre("stage1", "stage2", "penultimate", "logits"));
}

TEST(Network, AVitHasPyTorchsParametersInItsOrder) {
  sweep::RunSettings settings;
  settings.set("model.architecture", "vit");
  settings.set("model.patch", std::int64_t{8});
  settings.set("model.depth", std::int64_t{1});
  const auto network = make_network(settings, data::dataset_info("cifar10"));
  EXPECT_THAT(names(network),
              testing::ElementsAre(
                  "class_token", "positions", "embed.weight", "embed.bias", "blocks.0.norm1.weight",
                  "blocks.0.norm1.bias", "blocks.0.attn.in_proj_weight", "blocks.0.attn.in_proj_bias",
                  "blocks.0.attn.out_proj.weight", "blocks.0.attn.out_proj.bias", "blocks.0.norm2.weight",
                  "blocks.0.norm2.bias", "blocks.0.fc1.weight", "blocks.0.fc1.bias", "blocks.0.fc2.weight",
                  "blocks.0.fc2.bias", "norm.weight", "norm.bias", "head.weight", "head.bias"));
  EXPECT_THAT(network.parameters[1].shape, testing::ElementsAre(1, 17, 64));
  EXPECT_THAT(network.parameters[2].shape, testing::ElementsAre(64, 3, 8, 8));
  EXPECT_THAT(network.representations(), testing::ElementsAre("block1", "penultimate", "logits"));
  // Of the last block only the class token goes beyond the keys and values.
  EXPECT_EQ(network.multiply_adds(),
            16 * 192 * 64 + 17 * 64 * 192 + 2 * 17 * 64 + 64 * 64 + 2 * 64 * 128 + 64 * 10);
  EXPECT_EQ(network.widest(), 17 * 192);
}

TEST(Network, TheLastHiddenLayerIsThePenultimateRepresentation) {
  const auto names = [](std::vector<std::int64_t> hidden) {
    return make_network(mlp(std::move(hidden)), data::dataset_info("mnist")).representations();
  };
  EXPECT_THAT(names({128, 64}), testing::ElementsAre("fc1", "penultimate", "logits"));
  EXPECT_THAT(names({16}), testing::ElementsAre("penultimate", "logits"));
  EXPECT_THAT(names({}), testing::ElementsAre("logits"));
}

TEST(Network, TakesItsInputsFromTheDataset) {
  const auto network = make_network(mlp({4}), data::dataset_info("cifar10"));
  EXPECT_THAT(network.parameters[0].shape, testing::ElementsAre(4, 3072));
}

std::string refusal(const sweep::RunSettings& settings) {
  try {
    make_network(settings, data::dataset_info("mnist"));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    return error.what();
  }
  return "";
}

TEST(Network, MoreParametersThanAnyHasAreRefusedByTheirSettings) {
  sweep::RunSettings cnn;
  cnn.set("model.architecture", "cnn");
  for (const char* key : {"model.depth", "model.dim", "model.heads", "model.mlp_dim", "model.patch"})
    cnn.set(key, std::monostate{});
  cnn.set("model.channels", std::vector<std::int64_t>{1'000'000, 1'000'000});
  cnn.set("model.kernel", std::int64_t{9999});
  EXPECT_EQ(refusal(cnn),
            "model.channels = [1000000, 1000000], model.hidden = [128, 64], model.kernel = 9999 (more than "
            "1099511627776 values up to conv1.weight: no network is that large) use smaller sizes");
  EXPECT_EQ(refusal(mlp({1'000'000, 1'000'000})), "") << "10^12";
  EXPECT_THAT(refusal(mlp({1'000'000, 1'000'000, 1'000'000})), testing::HasSubstr("up to fc3.weight"));
}

TEST(Network, ItsJsonIsEnoughToRebuildIt) {
  const auto json = nlohmann::json::parse(make_network(mlp({8}), data::dataset_info("mnist")).to_json());
  EXPECT_EQ(json["architecture"], "mlp");
  EXPECT_EQ(json["inputs"], 784);
  EXPECT_EQ(json["layers"][0]["out"], 8);
  EXPECT_EQ(json["parameters"][2]["name"], "fc2.weight");
  EXPECT_EQ(json["parameters"][2]["shape"], (std::vector<int>{10, 8}));
}

}  // namespace
}  // namespace kindred::network
