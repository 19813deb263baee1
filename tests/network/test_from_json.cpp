#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "core/error.hpp"
#include "network/from_json.hpp"

namespace kindred::network {
namespace {

using Json = nlohmann::ordered_json;
using List = std::vector<std::int64_t>;

sweep::RunSettings settings(const std::string& architecture,
                            std::initializer_list<std::pair<const char*, sweep::Value>> values = {}) {
  sweep::RunSettings result;
  result.set("model.architecture", architecture);
  for (const auto& [key, value] : values) result.set(key, value);
  return result;
}

Json described(const sweep::RunSettings& of, const std::string& dataset = "mnist") {
  return Json::parse(make_network(of, data::dataset_info(dataset)).to_json());
}

/// Every architecture with its activation as the text has it.
Json described(const std::string& architecture) {
  auto json = described(settings(architecture));
  json["activation"] = "tanh";
  if (architecture == "vit") json["heads"] = 4;
  return json;
}

std::string refusal(const std::string& text, const RunValues& run = {}) {
  try {
    network_from_json(text, "the source", run);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_THAT(error.what(), testing::StartsWith("the source"));
    EXPECT_THAT(error.what(), testing::MatchesRegex(".+ \\(.+\\) .+"));
    return error.what();
  }
  return "accepted";
}

struct RoundTrip {
  const char* name;
  const char* dataset;
  sweep::RunSettings settings;
};
class RoundTrips : public testing::TestWithParam<RoundTrip> {};

TEST_P(RoundTrips, GiveTheSameNetwork) {
  const auto& given = GetParam().settings;
  const auto expected = make_network(given, data::dataset_info(GetParam().dataset));
  const RunValues run{given.text("model.activation"), given.integer("model.heads")};
  const auto network = network_from_json(expected.to_json(), "the source", run);

  EXPECT_EQ(network.to_json(), expected.to_json());
  EXPECT_EQ(network.inputs, expected.inputs);
  EXPECT_EQ(network.size, expected.size);
  EXPECT_EQ(network.representations(), expected.representations());
  EXPECT_EQ(network.widths(), expected.widths());
  EXPECT_EQ(network.multiply_adds(), expected.multiply_adds());
  ASSERT_EQ(network.parameters.size(), expected.parameters.size());
  for (std::size_t i = 0; i < network.parameters.size(); ++i) {
    EXPECT_EQ(network.parameters[i].role, expected.parameters[i].role) << expected.parameters[i].name;
    EXPECT_EQ(network.parameters[i].size, expected.parameters[i].size) << expected.parameters[i].name;
  }
  ASSERT_EQ(network.layers.size(), expected.layers.size());
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    ASSERT_EQ(network.layers[i].index(), expected.layers[i].index());
    if (const auto* layer = std::get_if<Activate>(&network.layers[i])) {
      EXPECT_EQ(layer->function, std::get<Activate>(expected.layers[i]).function);
    }
    if (const auto* layer = std::get_if<Attend>(&network.layers[i])) {
      EXPECT_EQ(layer->heads, std::get<Attend>(expected.layers[i]).heads);
    }
    if (const auto* layer = std::get_if<Dropout>(&network.layers[i])) {
      EXPECT_EQ(layer->rate, 0) << "it is no part of the network that was trained";
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sweeps, RoundTrips,
    testing::Values(
        RoundTrip{"mlp", "mnist", settings("mlp")},
        RoundTrip{"fashion", "fashion-mnist", settings("mlp", {{"model.activation", "sigmoid"}})},
        RoundTrip{"linear", "cifar10", settings("mlp", {{"model.hidden", List{}}})},
        RoundTrip{"one_unit", "mnist", settings("mlp", {{"model.hidden", List{1}}})},
        RoundTrip{"deep", "mnist", settings("mlp", {{"model.hidden", List(30, 3)}, {"model.dropout", 0.5}})},
        RoundTrip{"wide", "cifar10", settings("mlp", {{"model.hidden", List{1000000}}})},
        RoundTrip{"cnn", "mnist", settings("cnn", {{"model.activation", "tanh"}})},
        RoundTrip{"cnn_colour", "cifar10", settings("cnn", {{"model.channels", List{4, 5, 6, 7, 8}}})},
        RoundTrip{"cnn_pixel", "mnist",
                  settings("cnn", {{"model.channels", List{2}}, {"model.kernel", std::int64_t{1}}})},
        RoundTrip{"cnn_no_hidden", "cifar10", settings("cnn", {{"model.hidden", List{}}})},
        RoundTrip{"cnn_kernel", "mnist",
                  settings("cnn", {{"model.kernel", std::int64_t{29}}, {"model.dropout", 0.1}})},
        RoundTrip{"vit", "mnist", settings("vit", {{"model.activation", "gelu"}})},
        RoundTrip{"vit_colour", "cifar10",
                  settings("vit", {{"model.patch", std::int64_t{8}}, {"model.heads", std::int64_t{1}}})},
        RoundTrip{"vit_one_patch", "mnist",
                  settings("vit", {{"model.patch", std::int64_t{28}}, {"model.depth", std::int64_t{1}}})},
        RoundTrip{"vit_small", "mnist",
                  settings("vit", {{"model.dim", std::int64_t{6}},
                                   {"model.heads", std::int64_t{6}},
                                   {"model.mlp_dim", std::int64_t{1}},
                                   {"model.dropout", 0.2}})}),
    [](const auto& instance) { return instance.param.name; });

TEST(FromJson, TheTextTellsTheActivationAndTheHeadsUnlessTheRunDoes) {
  const auto text = described("vit").dump();
  const auto values = [&](const RunValues& run) {
    std::pair<Activation, std::int64_t> result;
    for (const auto& layer : network_from_json(text, "the source", run).layers) {
      if (const auto* activate = std::get_if<Activate>(&layer)) result.first = activate->function;
      if (const auto* attend = std::get_if<Attend>(&layer)) result.second = attend->heads;
    }
    return result;
  };
  EXPECT_EQ(values({}), std::pair(Activation::tanh, std::int64_t{4}));
  EXPECT_EQ(values({"gelu", -1}), std::pair(Activation::gelu, std::int64_t{4}));
  EXPECT_EQ(values({"", 2}), std::pair(Activation::tanh, std::int64_t{2}));
}

TEST(FromJson, WhatNoLayerNeedsMayBeUnknown) {
  const auto linear = described(settings("mlp", {{"model.hidden", List{}}}));
  EXPECT_EQ(network_from_json(linear.dump(), "the source").size, 7850);
  EXPECT_THAT(refusal(described(settings("mlp")).dump()), testing::HasSubstr("the activation is not known"));
  EXPECT_THAT(refusal(described(settings("vit")).dump(), {"relu", -1}),
              testing::HasSubstr("the number of heads is not known"));
  EXPECT_THAT(refusal(described(settings("vit")).dump(), {"", 4}),
              testing::HasSubstr("the activation is not known"));
}

TEST(FromJson, AParametersListAloneDescribesNoLayers) {
  EXPECT_TRUE(describes_layers(described(settings("cnn")).dump()));
  EXPECT_FALSE(describes_layers(R"({"parameters": [{"name": "w", "shape": [2, 3], "offset": 0}]})"));
  EXPECT_FALSE(describes_layers(""));
  EXPECT_FALSE(describes_layers("{\"layers\""));
  EXPECT_FALSE(describes_layers("[\"layers\"]"));
}

TEST(FromJson, NamesAndOrdersOfLayersAreFree) {
  const auto network = network_from_json(R"({
    "architecture": "normed", "inputs": 4, "image": [1, 2, 2], "classes": 3, "activation": "gelu",
    "layers": [
      {"layer": "flatten", "size": 4},
      {"layer": "linear", "in": 4, "out": 5, "weight": "a.w", "bias": "a.b"},
      {"layer": "branch"},
      {"layer": "layer_norm", "size": 5, "weight": "n.w", "bias": "n.b"},
      {"layer": "activation"},
      {"layer": "join"},
      {"layer": "representation", "name": "middle"},
      {"layer": "linear", "in": 5, "out": 3, "weight": "z.w", "bias": "z.b"},
      {"layer": "representation", "name": "logits"}],
    "parameters": [
      {"name": "z.b", "shape": [3], "offset": 0},
      {"name": "z.w", "shape": [3, 5], "offset": 3},
      {"name": "n.w", "shape": [5], "offset": 18},
      {"name": "n.b", "shape": [5], "offset": 23},
      {"name": "a.w", "shape": [5, 4], "offset": 28},
      {"name": "a.b", "shape": [5], "offset": 48}]})",
                                         "the source");
  EXPECT_EQ(network.architecture, "normed");
  EXPECT_EQ(network.size, 53);
  EXPECT_EQ(network.parameters[2].role, Role::gain);
  EXPECT_EQ(std::get<Linear>(network.layers[1]).weight, 4);
  EXPECT_THAT(network.representations(), testing::ElementsAre("middle", "logits"));
}

TEST(FromJson, ATextThatIsNoDescriptionIsRefused) {
  EXPECT_THAT(refusal(""), testing::HasSubstr("not JSON"));
  EXPECT_THAT(refusal("{\"inputs\": 1"), testing::HasSubstr("at byte 13"));
  EXPECT_THAT(refusal("{\"inputs\": 1e999}"), testing::HasSubstr("out of range"));
  EXPECT_THAT(refusal("\"\xff\""), testing::HasSubstr("not JSON"));
  EXPECT_THAT(refusal("[]"), testing::HasSubstr("object"));
  EXPECT_THAT(refusal("{}"), testing::HasSubstr("\"architecture\""));
  EXPECT_THAT(refusal(std::string(1000000, '[')), testing::HasSubstr("deep"));
  EXPECT_THAT(refusal(R"({"classes": 1, "classes": 2})"), testing::HasSubstr("twice"));
}

struct Refused {
  const char* name;
  const char* architecture;
  std::function<void(Json&)> change;
  const char* reason;
};
class Refusals : public testing::TestWithParam<Refused> {};

TEST_P(Refusals, NameThePlaceAndTheReason) {
  auto json = described(GetParam().architecture);
  ASSERT_NO_THROW(network_from_json(json.dump(), "the source"));
  GetParam().change(json);
  EXPECT_THAT(refusal(json.dump()), testing::HasSubstr(GetParam().reason));
}

void remove_layer(Json& json, std::size_t index) {
  json["layers"].erase(json["layers"].begin() + static_cast<std::ptrdiff_t>(index));
}
void insert_layer(Json& json, std::size_t index, const Json& layer) {
  json["layers"].insert(json["layers"].begin() + static_cast<std::ptrdiff_t>(index), layer);
}

const auto refused_names = [](const auto& instance) { return std::string(instance.param.name); };

INSTANTIATE_TEST_SUITE_P(
    Values, Refusals,
    testing::Values(
        Refused{"unknown_key", "mlp", [](Json& j) { j["activations"] = "relu"; },
                "unknown key \"activations\""},
        Refused{"unknown_key_of_layer", "mlp", [](Json& j) { j["layers"][0]["rate"] = 0; },
                "layers[0]: unknown key \"rate\""},
        Refused{"unknown_key_of_parameter", "mlp", [](Json& j) { j["parameters"][1]["role"] = 0; },
                "parameters[1]: unknown key \"role\""},
        Refused{"no_classes", "mlp", [](Json& j) { j.erase("classes"); }, "no \"classes\""},
        Refused{"no_layers", "mlp", [](Json& j) { j.erase("layers"); }, "no \"layers\""},
        Refused{"no_parameters", "mlp", [](Json& j) { j.erase("parameters"); }, "no \"parameters\""},
        Refused{"empty_name", "mlp", [](Json& j) { j["architecture"] = ""; }, "\"architecture\" is \"\""},
        Refused{"number_as_text", "mlp", [](Json& j) { j["classes"] = "10"; }, "\"classes\" is \"10\""},
        Refused{"fraction", "mlp", [](Json& j) { j["classes"] = 10.0; }, "\"classes\" is 10.0"},
        Refused{"zero", "mlp", [](Json& j) { j["classes"] = 0; }, "\"classes\" is 0"},
        Refused{"negative", "mlp", [](Json& j) { j["layers"][0]["in"] = -784; }, "\"in\" is -784"},
        Refused{"beyond_signed", "mlp", [](Json& j) { j["classes"] = 18446744073709551615u; },
                "\"classes\" is 18446744073709551615"},
        Refused{"too_large", "mlp", [](Json& j) { j["layers"][0]["out"] = std::int64_t{1} << 31; },
                "1 to 2147483647"},
        Refused{"image_of_two", "mlp",
                [](Json& j) {
                  j["image"] = {28, 28};
                },
                "3 integers"},
        Refused{"image_of_texts", "mlp",
                [](Json& j) {
                  j["image"] = {"1", 28, 28};
                },
                "3 integers"},
        Refused{"image_no_array", "mlp", [](Json& j) { j["image"] = 784; }, "an array"},
        Refused{"other_inputs", "mlp", [](Json& j) { j["inputs"] = 785; }, "\"inputs\" is 785"},
        Refused{"huge_image", "mlp",
                [](Json& j) {
                  j["image"] = {2147483647, 2147483647, 2147483647};
                },
                "\"inputs\" is 784"},
        Refused{"unknown_activation", "mlp", [](Json& j) { j["activation"] = "swish"; }, "relu, tanh, gelu"},
        Refused{"activation_no_text", "mlp", [](Json& j) { j["activation"] = nullptr; },
                "\"activation\" is null"},
        Refused{"no_heads", "vit", [](Json& j) { j["heads"] = 0; }, "\"heads\" is 0"},
        Refused{"odd_heads", "vit", [](Json& j) { j["heads"] = 5; }, "5 heads (they do not divide 64"},
        Refused{"truth_as_number", "vit", [](Json& j) { j["layers"][4]["class_token_only"] = 0; },
                "true or false"},
        Refused{"control_character", "mlp",
                [](Json& j) { j["parameters"][0]["name"] = std::string("a\0b", 3); }, "control characters"},
        Refused{"layers_no_array", "mlp", [](Json& j) { j["layers"] = Json::object(); }, "an array"},
        Refused{"layer_no_object", "mlp", [](Json& j) { j["layers"][2] = "linear"; },
                "layers[2] is \"linear\""},
        Refused{"unknown_layer", "mlp", [](Json& j) { j["layers"][1]["layer"] = "relu"; },
                "unknown layer \"relu\""}),
    refused_names);

INSTANTIATE_TEST_SUITE_P(
    Parameters, Refusals,
    testing::Values(
        Refused{"gap", "mlp", [](Json& j) { j["parameters"][1]["offset"] = 100353; }, "end at 100352"},
        Refused{"negative_offset", "mlp", [](Json& j) { j["parameters"][0]["offset"] = -1; },
                "\"offset\" is -1"},
        Refused{"same_name", "mlp", [](Json& j) { j["parameters"][1]["name"] = "fc1.weight"; },
                "a second \"fc1.weight\""},
        Refused{"named_all", "mlp", [](Json& j) { j["parameters"][1]["name"] = "all"; }, "the name \"all\""},
        Refused{"no_such_parameter", "mlp", [](Json& j) { j["layers"][0]["weight"] = "fc0.weight"; },
                "no parameter has that name"},
        Refused{"used_twice", "vit", [](Json& j) { j["layers"][2]["bias"] = j["layers"][2]["weight"]; },
                "belongs to another"},
        Refused{"unused", "mlp",
                [](Json& j) {
                  j["parameters"].push_back({{"name", "fc4.bias"}, {"shape", {3}}, {"offset", 109386}});
                },
                "no layer uses the parameter \"fc4.bias\""},
        Refused{"transposed", "mlp",
                [](Json& j) {
                  j["parameters"][0]["shape"] = {784, 128};
                },
                "the layer's is [128, 784]"},
        Refused{"scalar", "mlp", [](Json& j) { j["parameters"][1]["shape"] = Json::array(); }, "1 to 4"},
        Refused{"empty", "mlp", [](Json& j) { j["parameters"][1]["shape"] = {0}; }, "integers from 1"},
        Refused{"too_many_values", "mlp",
                [](Json& j) {
                  j["parameters"][0]["shape"] = {2147483647, 2147483647};
                },
                "more than 1099511627776 values"},
        Refused{"overflow", "cnn",
                [](Json& j) {
                  j["parameters"][0]["shape"] = {2147483647, 2147483647, 2147483647, 4};
                },
                "more than 1099511627776 values"},
        Refused{"too_many_in_all", "mlp",
                [](Json& j) {
                  j["parameters"][1]["shape"] = {1 << 20, 1 << 20};  // 2^40, which one alone might have
                },
                "parameters[1]: more than"}),
    refused_names);

INSTANTIATE_TEST_SUITE_P(
    Flow, Refusals,
    testing::Values(
        Refused{"wrong_input", "mlp",
                [](Json& j) {
                  j["image"] = {1, 28, 29};
                  j["inputs"] = 28 * 29;
                },
                "layers[0]: an image of 1 x 28 x 29 flows in"},
        Refused{"other_classes", "mlp", [](Json& j) { j["classes"] = 11; }, "a vector of 10"},
        Refused{"no_logits", "mlp", [](Json& j) { j["layers"].back()["name"] = "output"; }, "\"logits\""},
        Refused{"logits_too_early", "mlp",
                [](Json& j) {
                  j["layers"].push_back({{"layer", "dropout"}});
                },
                "\"logits\""},
        Refused{"same_representation", "mlp", [](Json& j) { j["layers"][2]["name"] = "penultimate"; },
                "a second representation \"penultimate\""},
        Refused{"image_represented", "mlp",
                [](Json& j) {
                  insert_layer(j, 0, {{"layer", "representation"}, {"name", "image"}});
                },
                "of the image itself"},
        Refused{"no_join", "mlp",
                [](Json& j) {
                  insert_layer(j, 1, {{"layer", "branch"}});
                },
                "a branch without an end"},
        Refused{"no_branch", "mlp",
                [](Json& j) {
                  insert_layer(j, 1, {{"layer", "join"}});
                },
                "no branch to add"},
        Refused{"other_size_joined", "mlp",
                [](Json& j) {
                  insert_layer(j, 5, {{"layer", "join"}});
                  insert_layer(j, 1, {{"layer", "branch"}});
                },
                "layers[6]: a vector of 64 flows in (it takes a vector of 128, as the branch)"},
        Refused{"branch_in_branch", "vit",
                [](Json& j) {
                  insert_layer(j, 2, {{"layer", "branch"}});
                },
                "layers[2]: a branch (the one before"},
        Refused{"even_kernel", "cnn",
                [](Json& j) {
                  j["layers"][0]["kernel"] = 4;
                  j["parameters"][0]["shape"] = {16, 1, 4, 4};
                  for (std::size_t i = 1; i < j["parameters"].size(); ++i)
                    j["parameters"][i]["offset"] = j["parameters"][i]["offset"].get<int>() + 16 * 7;
                },
                "a kernel of 4"},
        Refused{"no_pool", "cnn", [](Json& j) { remove_layer(j, 1); }, "layers[1]: no max_pool"},
        Refused{
            "second_pool", "cnn",
            [](Json& j) {
              insert_layer(j, 2, {{"layer", "max_pool"}, {"channels", 16}, {"height", 14}, {"width", 14}});
            },
            "no convolution comes before it"},
        Refused{"pool_of_another_size", "cnn", [](Json& j) { j["layers"][1]["height"] = 14; },
                "it takes an image of 16 x 14 x 28"},
        Refused{"convolution_of_another_size", "cnn", [](Json& j) { j["layers"][4]["width"] = 15; },
                "it takes an image of 16 x 14 x 15"},
        Refused{"one_pixel_pooled", "cnn",
                [](Json& j) {
                  j["image"] = {784, 1, 1};
                  j["layers"] = Json::array({j["layers"][0], j["layers"][1]});
                  j["layers"][0].update({{"in", 784}, {"kernel", 1}, {"height", 1}, {"width", 1}});
                  j["layers"][1].update({{"height", 1}, {"width", 1}});
                  j["parameters"] =
                      Json::array({{{"name", "conv1.weight"}, {"shape", {16, 784, 1, 1}}, {"offset", 0}},
                                   {{"name", "conv1.bias"}, {"shape", {16}}, {"offset", 12544}}});
                },
                "half of it is no image"},
        Refused{"not_flattened", "cnn", [](Json& j) { remove_layer(j, 8); },
                "layers[8]: an image of 32 x 7 x 7"},
        Refused{"flattened_to_another_size", "cnn", [](Json& j) { j["layers"][8]["size"] = 1569; },
                "it takes an image of 1569 values"},
        Refused{"flattened_vector", "mlp",
                [](Json& j) {
                  insert_layer(j, 1, {{"layer", "flatten"}, {"size", 128}});
                },
                "a vector of 128 flows in"},
        Refused{"tokens_missing", "vit",
                [](Json& j) {
                  j["layers"][0]["tokens"] = 16;
                  j["parameters"][1]["shape"] = {1, 16, 64};
                  for (std::size_t i = 2; i < j["parameters"].size(); ++i)
                    j["parameters"][i]["offset"] = j["parameters"][i]["offset"].get<int>() - 64;
                },
                "16 tokens (there are 16 patches"},
        Refused{"attention_of_other_tokens", "vit", [](Json& j) { j["layers"][4]["tokens"] = 18; },
                "it takes 18 tokens of 192"},
        Refused{"attention_of_other_size", "vit", [](Json& j) { j["layers"][4]["dim"] = 32; },
                "17 tokens of 192 flows in"},
        Refused{"layer_removed", "vit", [](Json& j) { remove_layer(j, 5); }, "no layer uses"},
        Refused{"no_class_token", "vit",
                [](Json& j) {
                  for (auto& layer : j["layers"])
                    if (layer["layer"] == "attention") layer["class_token_only"] = false;
                },
                "17 tokens of 10"},
        Refused{"no_layer_at_all", "mlp",
                [](Json& j) {
                  j["layers"] = Json::array();
                  j["parameters"] = Json::array();
                },
                "an image of 1 x 28 x 28"}),
    refused_names);

TEST(FromJson, ImagesAndProductsBeyondAllMeasureAreRefused) {
  const auto text = [](std::int64_t side, std::int64_t channels, std::int64_t out) {
    return Json{{"architecture", "huge"},
                {"inputs", side * side * channels},
                {"image", {channels, side, side}},
                {"classes", 2},
                {"layers", Json::array({{{"layer", "convolution"},
                                         {"in", channels},
                                         {"out", out},
                                         {"kernel", 1},
                                         {"height", side},
                                         {"width", side},
                                         {"weight", "w"},
                                         {"bias", "b"}}})},
                {"parameters", Json::array({{{"name", "w"}, {"shape", {out, channels, 1, 1}}, {"offset", 0}},
                                            {{"name", "b"}, {"shape", {out}}, {"offset", out * channels}}})}}
        .dump();
  };
  EXPECT_THAT(refusal(text(1 << 15, 1, 1 << 20)), testing::HasSubstr("multiplications"));
  EXPECT_THAT(refusal(text(1 << 10, 1 << 10, 1 << 20)), testing::HasSubstr("multiplications"));
  EXPECT_THAT(refusal(text(1 << 10, 4, 4)),
              testing::HasSubstr("4 x 1024 x 1024 (the network has 2 classes)"));
}

}  // namespace
}  // namespace kindred::network
