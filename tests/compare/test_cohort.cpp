#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "compare/job.hpp"
#include "core/error.hpp"

namespace kindred::compare {
namespace {

using Integers = std::vector<std::int64_t>;
using Texts = std::vector<std::string>;

std::string architecture(const char* kind) {
  sweep::RunSettings settings;
  settings.set("model.architecture", kind);
  return network::make_network(settings, data::dataset_info("mnist")).to_json();
}

const std::string linear = R"({"architecture": "linear", "inputs": 784, "image": [1, 28, 28], "classes": 2,
  "layers": [{"layer": "linear", "in": 784, "out": 2, "weight": "w", "bias": "b"},
             {"layer": "activation"}, {"layer": "representation", "name": "logits"}],
  "parameters": [{"name": "w", "shape": [2, 784], "offset": 0}, {"name": "b", "shape": [2], "offset": 1568}],
  "activation": "tanh"})";

std::string replaced(std::string text, const std::string& part, const std::string& by) {
  return text.replace(text.find(part), part.size(), by);
}

/// A cohort of the runs, with weights of the network `linear` after epochs 0 and 3.
store::CohortLayout cohort(const std::string& name, Integers runs, const std::string& architecture,
                           const std::string& dataset) {
  store::CohortLayout layout;
  layout.name = name;
  layout.attributes = {{"architecture", architecture}, {"dataset", dataset}, {"key", ""}};
  layout.runs = std::move(runs);
  layout.scales = {{"parameter", Texts{"w", "b", "all"}},
                   {"weights_snapshot", Integers{0, 3}},
                   {"weight", std::monostate{}}};
  layout.constants = {{"parameter_offset", "parameter", Integers{0, 1568, 0}},
                      {"parameter_size", "parameter", Integers{1568, 2, 1570}}};
  layout.arrays = {
      {"weights", store::Type::f32, {{"weights_snapshot", 2}, {"weight", 1570}}, store::Fill::none}};
  return layout;
}

/// A new population file of three runs without columns of settings, but those that a test adds.
class Cohorts : public testing::Test {
 protected:
  Cohorts() {
    std::string name = std::filesystem::temp_directory_path() / "kindred-compare-XXXXXX";
    folder_ = mkdtemp(name.data());
    layout_.attributes = {{"sweep", ""}, {"sweep_id", "0"}};
    layout_.columns = {{"id", std::vector<std::uint64_t>{1, 2, 3}},
                       {"cohort", Texts{"a", "a", "a"}},
                       {"cohort_row", Integers{0, 1, 2}}};
    layout_.groups = {"all"};
  }
  ~Cohorts() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<store::PopulationFile> create(const std::string& text,
                                                const std::string& dataset = "mnist") {
    layout_.cohorts.push_back(cohort("a", {0, 1, 2}, text, dataset));
    return create();
  }
  std::unique_ptr<store::PopulationFile> create() {
    store::create_population(path(), layout_);
    return std::make_unique<store::PopulationFile>(path());
  }
  std::string path() const { return folder_ + "/population.h5"; }
  Cohort only_cohort(const std::string& text, const std::string& dataset = "mnist") {
    const auto cohorts = read_cohorts(*create(text, dataset), path());
    EXPECT_EQ(cohorts.size(), 1u);
    return cohorts.front();
  }
  CompareOptions options(const std::string& metrics = "fast") const {
    CompareOptions result;
    result.population = path();
    result.metrics = metrics;
    return result;
  }

  std::string folder_;
  store::PopulationLayout layout_;
};

network::Activation function(const network::Network& network) {
  return std::get<network::Activate>(network.layers[1]).function;
}

TEST_F(Cohorts, AreWhatTheFileSays) {
  const auto cohort = only_cohort(linear);
  EXPECT_EQ(cohort.name, "a");
  EXPECT_THAT(cohort.runs, testing::ElementsAre(0, 1, 2));
  ASSERT_EQ(cohort.parameters.size(), 3u);
  EXPECT_EQ(cohort.parameters[1].name, "b");
  EXPECT_EQ(cohort.parameters[1].offset, 1568);
  EXPECT_EQ(cohort.parameters[1].size, 2);
  EXPECT_EQ(cohort.size(), 1570);
  EXPECT_THAT(cohort.weight_snapshots, testing::ElementsAre(0, 3));
  EXPECT_EQ(cohort.unknown, "");
  EXPECT_EQ(cohort.dataset->name, "mnist");
  EXPECT_EQ(cohort.test_samples, 10000);
  EXPECT_EQ(cohort.networks.size(), 1u);
  EXPECT_EQ(function(cohort.network(2)), network::Activation::tanh) << "the architecture's own";
}

TEST_F(Cohorts, RunsHaveTheirOwnActivationsAndImages) {
  layout_.columns.push_back({"model.activation", Texts{"relu", "", "relu"}});
  layout_.columns.push_back({"model.heads", Integers{-1, -1, -1}});
  layout_.columns.push_back({"data.test_limit", Integers{50, 50, 50}});
  const auto cohort = only_cohort(linear);
  EXPECT_EQ(cohort.networks.size(), 2u);
  EXPECT_EQ(function(cohort.network(0)), network::Activation::relu);
  EXPECT_EQ(function(cohort.network(1)), network::Activation::tanh);
  EXPECT_EQ(function(cohort.network(2)), network::Activation::relu);
  EXPECT_EQ(cohort.test_samples, 50);
}

TEST_F(Cohorts, ALimitBeyondTheDatasetIsNone) {
  layout_.columns.push_back({"data.test_limit", Integers{999999, -1, -1}});
  EXPECT_EQ(only_cohort(linear).test_samples, 10000);
}

struct Unknown {
  const char* name;
  std::string architecture, dataset, why;
};
class UnknownNetworks : public Cohorts, public testing::WithParamInterface<Unknown> {};

TEST_P(UnknownNetworks, AreComparedByTheirWeights) {
  const auto file = create(GetParam().architecture, GetParam().dataset);
  const auto job = make_job(options(), *file);
  EXPECT_THAT(job.left_out,
              testing::Contains(testing::AllOf(testing::StartsWith("cohort a: without cka, cka_debiased ("),
                                               testing::HasSubstr(GetParam().why))));
  EXPECT_THAT(job.left_out, testing::Contains("cohort a: without moment (the file has no moments)"));
  std::vector<std::string> metrics;
  for (const auto& matrix : job.layout.cohorts.at(0).matrices) metrics.push_back(matrix.metric);
  EXPECT_THAT(metrics, testing::ElementsAre("wasserstein", "wasserstein_standardized", "kolmogorov_smirnov",
                                            "cosine"));
  EXPECT_EQ(job.units.size(), 9u) << "three families of metrics, three slices";
  EXPECT_TRUE(job.datasets().empty()) << "no image is read";
}

TEST_P(UnknownNetworks, HaveNoRepresentationsWhenTheseAreAskedFor) {
  const auto file = create(GetParam().architecture, GetParam().dataset);
  for (const char* metrics : {"cka", "cosine,cka"}) try {
      make_job(options(metrics), *file);
      FAIL() << "accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_THAT(error.what(),
                  testing::AllOf(testing::HasSubstr("cka"), testing::HasSubstr(GetParam().why)));
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, UnknownNetworks,
    testing::Values(
        Unknown{"nothing", "", "", "its architecture is not known"},
        Unknown{"layers", R"({"parameters": []})", "mnist", "its architecture is not known"},
        Unknown{"dataset", linear, "", "its dataset is not known"},
        Unknown{"images", linear, "letters", "the images of letters are not known"},
        Unknown{"other_images", linear, "cifar10", "take images of 1 x 28 x 28, those of cifar10"},
        Unknown{"activation", replaced(linear, ",\n  \"activation\": \"tanh\"", ""), "mnist",
                "the activation is not known"},
        Unknown{"damaged", replaced(linear, "\"classes\": 2", "\"classes\": 3"), "mnist", "3 classes"}),
    [](const auto& instance) { return std::string(instance.param.name); });

TEST_F(Cohorts, ANamedMetricIsLeftOutOfTheCohortsThatCannotHaveIt) {
  layout_.columns[1] = {"cohort", Texts{"a", "b", "b"}};
  layout_.columns[2] = {"cohort_row", Integers{0, 0, 1}};
  layout_.cohorts = {cohort("a", {0}, "", ""), cohort("b", {1, 2}, linear, "mnist")};
  const auto file = create();
  const auto job = make_job(options("cka"), *file);
  EXPECT_EQ(job.left_out.size(), 1u);
  ASSERT_EQ(job.layout.cohorts.size(), 1u) << "a cohort without a matrix is no part of the file";
  EXPECT_EQ(job.layout.cohorts[0].name, "b");
  ASSERT_EQ(job.units.size(), 1u);
  EXPECT_EQ(job.units[0].left, 1u);
  EXPECT_THAT(job.layout.cohorts[0].matrices.at(0).slices, testing::ElementsAre("logits"));
  EXPECT_THAT(job.datasets(), testing::ElementsAre("mnist"));
}

TEST_F(Cohorts, AnArchitectureOfOtherWeightsIsDamage) {
  try {
    only_cohort(replaced(architecture("mlp"), "{", "{\"activation\": \"relu\", "));
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input_output);
    EXPECT_THAT(error.what(), testing::HasSubstr("other parameters than its weights"));
  }
}

TEST_F(Cohorts, ParametersOutsideTheWeightsAreDamage) {
  layout_.cohorts = {cohort("a", {0, 1, 2}, "", "")};
  layout_.cohorts[0].constants[0].values = Integers{0, 1569, 0};
  const auto file = create();
  EXPECT_THROW(read_cohorts(*file, path()), Error);
}

TEST_F(Cohorts, WithoutKeptWeightsNothingCanBeCompared) {
  layout_.cohorts = {cohort("a", {0, 1, 2}, linear, "mnist")};
  layout_.cohorts[0].arrays = {{"norm", store::Type::f64, {{"parameter", 3}}, store::Fill::nan}};
  const auto file = create();
  EXPECT_TRUE(read_cohorts(*file, path()).front().weight_snapshots.empty());
  EXPECT_THROW(make_job(options(), *file), Error);
}

}  // namespace
}  // namespace kindred::compare
