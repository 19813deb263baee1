#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "network/network.hpp"

namespace kindred::network {
namespace {

sweep::RunSettings mlp(std::vector<std::int64_t> hidden) {
  sweep::RunSettings settings;
  settings.set("model.hidden", std::move(hidden));
  return settings;
}

TEST(Network, AnMlpHasPyTorchsParametersInItsOrder) {
  const auto network = make_network(mlp({128, 64}), data::dataset_info("mnist"));
  std::vector<std::string> names;
  std::int64_t end = 0;
  for (const auto& parameter : network.parameters) {
    names.push_back(parameter.name);
    EXPECT_EQ(parameter.offset, end) << parameter.name;
    end += parameter.size;
  }
  EXPECT_THAT(names, testing::ElementsAre("fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc3.weight",
                                          "fc3.bias"));
  EXPECT_THAT(network.parameters[0].shape, testing::ElementsAre(128, 784));
  EXPECT_EQ(network.size, 109386);
  EXPECT_EQ(network.size, end);
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
