#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/hash.hpp"
#include "data/dataset.hpp"
#include "ingest/cohort.hpp"
#include "ingest/network_columns.hpp"
#include "network/network.hpp"
#include "refusal.hpp"

namespace kindred::ingest {
namespace {

using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

const std::vector<Tensor> odd = {
    {"conv", {2, 3, 5, 5}}, {"scale", {7}}, {"fc", {4, 6}}, {"position", {1, 2, 3}}, {"none", {0, 4}}};

network::Network mlp() {
  const auto sweep = sweep::parse_sweep("[model]\nhidden = [4]\n", "sweep.toml");
  return network::make_network(sweep.runs[0], data::dataset_info("mnist"));
}

std::vector<Tensor> tensors_of(const network::Network& network) {
  std::vector<Tensor> tensors;
  for (const auto& parameter : network.parameters) tensors.push_back({parameter.name, parameter.shape});
  return tensors;
}

struct Folder {
  Inventory inventory{{}, {}, {""}, {}};
  std::vector<std::string> datasets;

  void add(std::size_t layout, std::vector<std::int64_t> epochs = {0}, std::string dataset = "",
           std::size_t architecture = 0) {
    Model model;
    model.run.name = "run" + std::to_string(inventory.models.size());
    for (const auto epoch : epochs) model.run.files.push_back({epoch, model.run.name + ".safetensors"});
    model.layout = layout;
    model.architecture = architecture;
    model.id = inventory.models.size();
    inventory.models.push_back(model);
    datasets.push_back(dataset);
  }
  std::vector<Cohort> cohorts(const Architecture& architecture = {}, const sweep::Record& record = {}) const {
    return make_cohorts(inventory, architecture, datasets, record);
  }
};

TEST(Subject, OfTensorsAloneHasTheirMatricesAndNoNodes) {
  const auto subject = subject_of(odd);
  EXPECT_EQ(subject.size(), 2 * 75 + 7 + 24 + 6);
  std::vector<std::int64_t> offsets;
  for (const auto& parameter : subject.parameters) offsets.push_back(parameter.offset);
  EXPECT_THAT(offsets, ElementsAre(0, 150, 157, 181, 187));
  EXPECT_THAT(subject.structure.layers, IsEmpty());
  ASSERT_EQ(subject.structure.matrices.size(), 2u)
      << "neither vectors, nor three dimensions, nor none at all";
  const auto& conv = subject.structure.matrices[0];
  EXPECT_EQ(conv.weight, 0u);
  EXPECT_THAT((std::vector{conv.out, conv.channels, conv.pixels}), ElementsAre(2, 3, 25));
  const auto& fc = subject.structure.matrices[1];
  EXPECT_EQ(fc.weight, 2u);
  EXPECT_THAT((std::vector{fc.out, fc.channels, fc.pixels}), ElementsAre(4, 6, 1));
}

TEST(Cohorts, AreOfOneLayoutEpochsAndDataset) {
  Folder folder;
  folder.inventory.layouts = {odd, {odd[0]}};
  folder.add(0);
  folder.add(1);
  folder.add(0);
  folder.add(0, {0, 5});
  folder.add(0, {0}, "mnist");
  const auto cohorts = folder.cohorts();
  ASSERT_EQ(cohorts.size(), 4u);
  EXPECT_THAT(cohorts[0].runs, ElementsAre(0, 2));
  EXPECT_THAT(cohorts[1].runs, ElementsAre(1));
  EXPECT_THAT(cohorts[2].runs, ElementsAre(3));
  EXPECT_THAT(cohorts[3].runs, ElementsAre(4));
  EXPECT_THAT(cohorts[2].subject.snapshots, ElementsAre(0, 5));
  EXPECT_THAT(cohorts[2].subject.weight_snapshots, ElementsAre(5));
  EXPECT_EQ(cohorts[3].dataset, "mnist");
  for (const auto& cohort : cohorts) EXPECT_FALSE(cohort.has_network);
}

TEST(Cohorts, NamesSayWhatIsKnown) {
  Folder folder;
  const auto network = mlp();
  folder.inventory.layouts = {odd, tensors_of(network)};
  folder.inventory.architectures = {"", network.to_json()};
  folder.add(0);
  folder.add(0, {0}, "my data/set");
  folder.add(1, {0}, "mnist", 1);
  folder.add(1, {0}, "", 1);
  const auto cohorts = folder.cohorts();
  EXPECT_THAT(cohorts[0].name, MatchesRegex("models-[0-9a-f]{8}"));
  EXPECT_THAT(cohorts[1].name, MatchesRegex("my_data_set-[0-9a-f]{8}"));
  EXPECT_THAT(cohorts[2].name, MatchesRegex("mnist-mlp-[0-9a-f]{8}"));
  EXPECT_THAT(cohorts[3].name, MatchesRegex("mlp-[0-9a-f]{8}"));
  EXPECT_EQ(cohorts[1].dataset, "my data/set");
  EXPECT_THAT(cohorts[2].key, HasSubstr("dataset=mnist\nlayout=fc1.weight[4, 784];fc1.bias[4];"));
}

TEST(Cohorts, ANetworkOrdersTheParameters) {
  Folder folder;
  const auto network = mlp();
  auto sorted = tensors_of(network);
  std::swap(sorted[0], sorted[1]);
  folder.inventory.layouts = {tensors_of(network), sorted};
  folder.add(0);
  folder.add(1);
  EXPECT_EQ(folder.cohorts().size(), 2u) << "without a network, the files' order counts";
  const auto cohorts = folder.cohorts({network.to_json(), "mlp.json"});
  ASSERT_EQ(cohorts.size(), 1u);
  EXPECT_THAT(cohorts[0].runs, ElementsAre(0, 1));
  EXPECT_TRUE(cohorts[0].has_network);
  EXPECT_EQ(cohorts[0].subject.parameters[0].name, "fc1.weight");
  EXPECT_THAT(cohorts[0].subject.structure.layers, ElementsAre(784, 4, 10));
  EXPECT_EQ(cohorts[0].architecture, network.to_json());
}

TEST(Cohorts, TheFilesOwnNetworkComesFirst) {
  Folder folder;
  const auto network = mlp();
  folder.inventory.layouts = {tensors_of(network)};
  folder.inventory.architectures = {"", network.to_json()};
  folder.add(0, {0}, "", 1);
  EXPECT_TRUE(folder.cohorts({"not looked at", "mlp.json"})[0].has_network);
}

TEST(Cohorts, TensorsMustFitTheNetwork) {
  const auto network = mlp();
  const auto message = [&](const std::vector<Tensor>& tensors) {
    Folder folder;
    folder.inventory.layouts = {tensors};
    folder.add(0);
    const auto error = refusal([&] { folder.cohorts({network.to_json(), "mlp.json"}); });
    EXPECT_EQ(error.code(), ExitCode::input_output);
    return std::string(error.what());
  };
  auto tensors = tensors_of(network);
  tensors[0].shape = {4, 783};
  EXPECT_THAT(message(tensors),
              HasSubstr("run0.safetensors (tensor fc1.weight is [4, 783], but [4, 784] in its network)"));
  tensors.erase(tensors.begin());
  EXPECT_THAT(message(tensors), HasSubstr("no tensor fc1.weight [4, 784], which its network has"));
  tensors = tensors_of(network);
  tensors.push_back({"extra", {3}});
  EXPECT_THAT(message(tensors), HasSubstr("tensor extra [3] is not of its network"));
}

TEST(Cohorts, ATextThatIsNoNetworkIsRefused) {
  Folder folder;
  folder.inventory.layouts = {odd};
  folder.add(0);
  const auto error = refusal([&] { folder.cohorts({"{", "mlp.json"}); });
  EXPECT_EQ(error.code(), ExitCode::usage);
  EXPECT_THAT(error.what(), HasSubstr("mlp.json"));
}

TEST(Cohorts, KeepTheWeightsAskedFor) {
  Folder folder;
  folder.inventory.layouts = {odd};
  folder.add(0, {1, 2, 9});
  sweep::Record record;
  record.weights = sweep::KeepWeights::snapshots;
  EXPECT_THAT(folder.cohorts({}, record)[0].subject.weight_snapshots, ElementsAre(1, 2, 9));
  record.weights = sweep::KeepWeights::none;
  EXPECT_THAT(folder.cohorts({}, record)[0].subject.weight_snapshots, IsEmpty());
}

TEST(NetworkColumns, TellWhatTheTextsTell) {
  Folder folder;
  folder.inventory.layouts = {odd};
  folder.inventory.architectures = {"", R"({"architecture": "mlp", "activation": "tanh"})"};
  folder.add(0);
  folder.add(0, {0}, "", 1);
  const auto columns = network_columns(folder.inventory, {}, no_settings(2));
  ASSERT_EQ(columns.size(), 2u) << "no text tells of heads";
  EXPECT_EQ(columns[0].name, "model.activation");
  EXPECT_THAT(std::get<std::vector<std::string>>(columns[0].values), ElementsAre("", "tanh"));
  EXPECT_EQ(columns[1].name, "model.architecture");
  auto settings = no_settings(2);
  settings.columns.push_back({"model.activation", std::vector<std::string>{"relu", "relu"}});
  EXPECT_EQ(network_columns(folder.inventory, {}, settings).size(), 1u) << "the settings come first";
}

TEST(Layout, ChangesItsNameWithAllThatDefinesIt) {
  Folder folder;
  folder.inventory.layouts = {odd};
  folder.add(0);
  folder.add(0);
  const auto definition = [&](const Settings& settings, const sweep::Record& record = {}) {
    return describe_definition(folder.inventory, folder.cohorts({}, record), settings, record);
  };
  const auto first = definition(no_settings(2));
  EXPECT_EQ(first, definition(no_settings(2)));
  EXPECT_THAT(first, HasSubstr("record.histogram_bins=512\n"));
  std::vector<std::string> all = {first};
  sweep::Record record;
  record.quantiles = 9;
  all.push_back(definition(no_settings(2), record));
  record = {};
  record.weights = sweep::KeepWeights::none;
  all.push_back(definition(no_settings(2), record));
  auto settings = no_settings(2);
  settings.results[1].test_accuracy = 0.5;
  all.push_back(definition(settings));
  settings.columns.push_back({"x", std::vector<std::string>{"a", "bc"}});
  all.push_back(definition(settings));
  settings.columns[0].values = std::vector<std::string>{"ab", "c"};
  all.push_back(definition(settings));
  folder.inventory.models[0].id = 77;
  all.push_back(definition(settings));
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());

  const auto layout = population_layout(folder.inventory, folder.cohorts(), settings, first);
  EXPECT_EQ(layout.attributes.at("sweep"), "");
  EXPECT_EQ(layout.attributes.at("sweep_id"), fmt::format("{:016x}", xxh64(first)));
  EXPECT_EQ(layout.runs(), 2);
  EXPECT_EQ(layout.columns[3].name, "name");
}

}  // namespace
}  // namespace kindred::ingest
