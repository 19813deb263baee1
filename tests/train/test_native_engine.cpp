#include <gtest/gtest.h>

#include <cmath>

#include "native_runs.hpp"
#include "train/loss.hpp"
#include "train/native/native_engine.hpp"

namespace kindred::train {
namespace {

using Values = std::vector<float>;

class NativePacks : public testing::TestWithParam<NetworkCase> {
 protected:
  std::unique_ptr<PackTrainer> start(std::span<const sweep::RunSettings> runs) const {
    return NativeEngine().start(network_, samples_, runs);
  }
  /// A pack after two epochs, without and with a look at the tests between them.
  std::unique_ptr<PackTrainer> trained(std::span<const sweep::RunSettings> runs,
                                       std::span<const std::vector<std::vector<std::uint32_t>>> epochs,
                                       bool look = false) const {
    auto pack = start(runs);
    Values logits(static_cast<std::size_t>(run_tests * network_.classes));
    for (const auto& order : epochs) {
      train_epoch(*pack, order);
      if (look) pack->evaluate(), pack->logits(0, run_tests, logits);
    }
    return pack;
  }
  Values weights(const PackTrainer& pack, std::int64_t member) const {
    return weights_of(pack, member, network_.size);
  }

  FakeImages images_{run_samples, run_tests};
  Samples samples_ = images_.samples();
  std::vector<sweep::RunSettings> runs_ = three_runs(GetParam());
  network::Network network_ = network::make_network(runs_[0], *samples_.dataset.info);
  std::vector<std::vector<std::vector<std::uint32_t>>> epochs_{orders(3, 0), orders(3, 1)};
};

void expect_equal(const Sums& a, const Sums& b) {
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_EQ(a.correct, b.correct);
  EXPECT_EQ(a.samples, b.samples);
}

TEST_P(NativePacks, StartAtTheInitialValuesInPyTorchsOrder) {
  const auto pack = start(runs_);
  for (std::size_t k = 0; k < 3; ++k) {
    Values initial(static_cast<std::size_t>(network_.size));
    network::initial_values(network_, runs_[k], initial);
    EXPECT_EQ(weights(*pack, static_cast<std::int64_t>(k)), initial) << k;
  }
}

TEST_P(NativePacks, OfThreeAreThreeAloneBitForBit) {
  const auto pack = trained(runs_, epochs_);
  for (std::size_t k = 0; k < 3; ++k) {
    std::vector<std::vector<std::vector<std::uint32_t>>> own;
    for (const auto& order : epochs_) own.push_back({order[k]});
    const auto alone = trained(std::span(runs_).subspan(k, 1), own);
    EXPECT_EQ(weights(*pack, static_cast<std::int64_t>(k)), weights(*alone, 0)) << k;
    expect_equal(pack->training_sums()[k], alone->training_sums()[0]);
    expect_equal(pack->evaluate()[k], alone->evaluate()[0]);
  }
}

TEST_P(NativePacks, ADivergingMemberDoesNotDisturbTheOthers) {
  const auto undisturbed = trained(runs_, epochs_);
  runs_[1].set("train.learning_rate", 1e30);
  const auto disturbed = trained(runs_, epochs_);
  EXPECT_FALSE(std::isfinite(disturbed->training_sums()[1].loss));
  for (const std::int64_t k : {0, 2}) EXPECT_EQ(weights(*undisturbed, k), weights(*disturbed, k));
  EXPECT_TRUE(std::isfinite(disturbed->evaluate()[2].loss));
}

TEST_P(NativePacks, TestsChangeNothingInTraining) {
  const auto pack = trained(runs_, epochs_), watched = trained(runs_, epochs_, true);
  for (std::int64_t k = 0; k < 3; ++k) EXPECT_EQ(weights(*pack, k), weights(*watched, k));
}

TEST_P(NativePacks, EvaluateWhatTheirLogitsSay) {
  const auto pack = trained(runs_, epochs_);
  const auto sums = pack->evaluate();
  for (std::int64_t k = 0; k < 3; ++k) {
    Values logits(static_cast<std::size_t>(run_tests * network_.classes)), first(7 * 10);
    pack->logits(k, run_tests, logits);
    pack->logits(k, 7, first);
    EXPECT_TRUE(std::equal(first.begin(), first.end(), logits.begin()));
    const auto expected =
        cross_entropy(logits.data(), samples_.dataset.test_labels.data(), run_tests, network_.classes);
    const auto& own = sums[static_cast<std::size_t>(k)];
    // Sums of parts add up in another order: at most run_tests roundings of 2^-53.
    EXPECT_NEAR(own.loss, expected.loss, run_tests * 0x1p-53 * expected.loss);
    EXPECT_EQ(own.correct, expected.correct);
    EXPECT_EQ(own.samples, run_tests);
  }
}

TEST_P(NativePacks, StatisticsSeeEveryWeightOfAMember) {
  const auto pack = trained(runs_, epochs_);
  EXPECT_EQ(pack->memory(), statistics::Memory::host);
  for (std::int64_t k = 0; k < 3; ++k) {
    const auto flat = weights(*pack, k);
    const auto segments = pack->parameters(k);
    ASSERT_EQ(segments.size(), network_.parameters.size());
    for (std::size_t p = 0; p < segments.size(); ++p) {
      const auto& parameter = network_.parameters[p];
      ASSERT_EQ(segments[p].size, parameter.size);
      Values own(segments[p].data, segments[p].data + parameter.size);
      Values expected(flat.begin() + parameter.offset, flat.begin() + parameter.offset + parameter.size);
      std::sort(own.begin(), own.end());
      std::sort(expected.begin(), expected.end());
      EXPECT_EQ(own, expected) << parameter.name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Runs, NativePacks, testing::ValuesIn(small_networks()),
                         [](const auto& instance) { return instance.param.name; });

TEST(NativeEngine, TrainsOneNetworkAfterAnother) {
  EXPECT_EQ(NativeEngine().name(), "native");
  EXPECT_FALSE(NativeEngine().gains_from_packs());
}

}  // namespace
}  // namespace kindred::train
