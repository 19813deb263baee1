#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "samples.hpp"
#include "train/torch/cpu_pack.hpp"
#include "train/torch/device_pack.hpp"
#include "train/torch/threads.hpp"

namespace kindred::train {
namespace {

using List = std::vector<std::int64_t>;
using Settings = std::vector<std::pair<std::string, sweep::Value>>;

struct Case {
  std::string name;
  Settings settings;
};

std::vector<sweep::RunSettings> members(const Settings& changes) {
  std::vector<sweep::RunSettings> all(3);
  for (std::size_t k = 0; k < all.size(); ++k) {
    auto& settings = all[k];
    settings.seed = static_cast<std::int64_t>(k);
    settings.set("train.epochs", std::int64_t{2});
    settings.set("train.batch_size", std::int64_t{32});
    settings.set("model.hidden", List{16, 8});
    for (const auto& [key, value] : changes) settings.set(key, value);
    // Members may differ in these.
    settings.set("train.learning_rate", 0.002 * static_cast<double>(k + 1));
    settings.set("train.weight_decay", 0.01 * static_cast<double>(k));
    settings.set("train.label_noise", 0.1 * static_cast<double>(k));
  }
  return all;
}

/// Two epochs of a trainer, the last mini-batch partial.
void train(PackTrainer& trainer, const Samples& samples) {
  for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
    std::vector<std::vector<std::uint32_t>> order;
    for (std::uint64_t k = 0; k < 3; ++k) {
      RandomStream random(k, Stream::order, epoch);
      order.push_back(random_permutation(random, static_cast<std::uint32_t>(samples.train)));
    }
    trainer.begin_epoch(order);
    for (std::int64_t first = 0; first < samples.train; first += 32)
      trainer.step(first, std::min<std::int64_t>(32, samples.train - first));
  }
}

std::vector<float> weights(const PackTrainer& trainer, std::int64_t member, std::int64_t size) {
  std::vector<float> values(static_cast<std::size_t>(size));
  trainer.weights(member, values);
  return values;
}

class DevicePacks : public testing::TestWithParam<Case> {
 protected:
  DevicePacks() { use_one_thread(); }
  std::unique_ptr<PackTrainer> device_pack(std::span<const sweep::RunSettings> runs) const {
    const auto samples = images_.samples();
    return start_device_pack(accelerator_, std::make_shared<DeviceSamples>(samples, accelerator_->device),
                             network(runs.front()), samples, runs);
  }
  static network::Network network(const sweep::RunSettings& settings) {
    return network::make_network(settings, data::dataset_info("mnist"));
  }

  FakeImages images_{330, 90};
  std::shared_ptr<Accelerator> accelerator_ = std::make_shared<Accelerator>();  // the CPU, recording nothing
};

// The two engines compute in different orders: after 22 updates they differ by rounding, amplified a little.
TEST_P(DevicePacks, TrainAsTheNetworksDoOneByOne) {
  const auto runs = members(GetParam().settings);
  const auto shape = network(runs.front());
  const auto samples = images_.samples();
  const auto one_by_one = start_cpu_pack(shape, samples, runs), together = device_pack(runs);
  for (std::int64_t k = 0; k < 3; ++k)
    EXPECT_EQ(weights(*one_by_one, k, shape.size), weights(*together, k, shape.size)) << "initial values";
  train(*one_by_one, samples);
  train(*together, samples);
  for (std::int64_t k = 0; k < 3; ++k) {
    const auto ours = weights(*together, k, shape.size), theirs = weights(*one_by_one, k, shape.size);
    double largest = 0;
    for (std::size_t i = 0; i < ours.size(); ++i)
      largest = std::max(largest, std::abs(static_cast<double>(ours[i]) - static_cast<double>(theirs[i])));
    EXPECT_LT(largest, 1e-4) << "member " << k;
  }
  const auto check = [](const std::vector<Sums>& ours, const std::vector<Sums>& theirs) {
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_EQ(ours[k].samples, theirs[k].samples);
      EXPECT_NEAR(ours[k].loss / theirs[k].loss, 1, 1e-3);
      EXPECT_NEAR(ours[k].correct, theirs[k].correct, 2);
    }
  };
  check(together->training_sums(), one_by_one->training_sums());
  check(together->evaluate(), one_by_one->evaluate());
  std::vector<float> ours(90 * 10), theirs(90 * 10);
  together->logits(2, 90, ours);
  one_by_one->logits(2, 90, theirs);
  for (std::size_t i = 0; i < ours.size(); ++i) EXPECT_NEAR(ours[i], theirs[i], 1e-3);
}

TEST_P(DevicePacks, TheSamePackTwiceGivesTheSameBits) {
  auto changes = GetParam().settings;
  changes.emplace_back("model.dropout", 0.3);
  const auto runs = members(changes);
  const auto shape = network(runs.front());
  const auto first = device_pack(runs);
  train(*first, images_.samples());
  const auto again = device_pack(runs);
  train(*again, images_.samples());
  for (std::int64_t k = 0; k < 3; ++k)
    EXPECT_EQ(weights(*first, k, shape.size), weights(*again, k, shape.size));
}

TEST_P(DevicePacks, GoOnFromWhatWasSavedBitForBit) {
  auto changes = GetParam().settings;
  changes.emplace_back("model.dropout", 0.3);
  const auto runs = members(changes);
  const auto shape = network(runs.front());
  const auto samples = images_.samples();
  const std::vector<std::vector<std::uint32_t>> order(3, [&] {
    std::vector<std::uint32_t> one(static_cast<std::size_t>(samples.train));
    std::iota(one.begin(), one.end(), 0u);
    return one;
  }());
  const auto steps = [&](PackTrainer& trainer, std::int64_t from, std::int64_t to) {
    for (std::int64_t step = from; step < to; ++step) trainer.step(step * 32, 32);
  };
  const auto pack = device_pack(runs);
  pack->begin_epoch(order);
  steps(*pack, 0, 4);
  ByteWriter saved;
  pack->save(saved);
  steps(*pack, 4, 9);

  const auto again = device_pack(runs);
  again->begin_epoch(order);
  ByteReader in(saved.bytes());
  again->restore(in);
  EXPECT_EQ(in.left(), 0u);
  steps(*again, 4, 9);
  for (std::int64_t k = 0; k < 3; ++k) {
    EXPECT_EQ(weights(*pack, k, shape.size), weights(*again, k, shape.size));
    const auto ours = again->training_sums()[static_cast<std::size_t>(k)],
               theirs = pack->training_sums()[static_cast<std::size_t>(k)];
    EXPECT_EQ(ours.loss, theirs.loss);
    EXPECT_EQ(ours.samples, theirs.samples);
  }
}

TEST_P(DevicePacks, ADivergingMemberDoesNotDisturbTheOthers) {
  auto runs = members(GetParam().settings);
  const auto undisturbed = device_pack(runs);
  train(*undisturbed, images_.samples());
  runs[1].set("train.learning_rate", 1e30);
  const auto disturbed = device_pack(runs);
  train(*disturbed, images_.samples());
  EXPECT_FALSE(std::isfinite(disturbed->training_sums()[1].loss));
  const auto shape = network(runs.front());
  for (const std::int64_t k : {0, 2})
    EXPECT_EQ(weights(*undisturbed, k, shape.size), weights(*disturbed, k, shape.size));
}

INSTANTIATE_TEST_SUITE_P(
    Networks, DevicePacks,
    testing::Values(Case{"mlp_sgd", {}}, Case{"mlp_adam", {{"train.optimizer", "adam"}}},
                    Case{"cnn_adamw",
                         {{"model.architecture", "cnn"},
                          {"model.channels", List{4, 6}},
                          {"train.optimizer", "adamw"},
                          {"train.schedule", "cosine"}}},
                    Case{"vit_adamw",
                         {{"model.architecture", "vit"},
                          {"model.dim", std::int64_t{16}},
                          {"model.depth", std::int64_t{2}},
                          {"model.activation", "gelu"},
                          {"train.optimizer", "adamw"},
                          // A key's bias changes no attention: its gradient is rounding alone, which Adam's
                          // usual epsilon would let move it by whole learning rates.
                          {"train.epsilon", 1e-4},
                          {"train.warmup_epochs", std::int64_t{1}}}}),
    [](const auto& instance) { return instance.param.name; });

TEST(DevicePack, StatisticsSeeEveryWeightOfAMember) {
  const FakeImages images(64, 32);
  const auto samples = images.samples();
  const auto runs = members({});
  const auto accelerator = std::make_shared<Accelerator>();
  const auto network = network::make_network(runs.front(), data::dataset_info("mnist"));
  const auto pack = start_device_pack(accelerator, std::make_shared<DeviceSamples>(samples, at::kCPU),
                                      network, samples, runs);
  const auto flat = weights(*pack, 1, network.size);
  const auto segments = pack->parameters(1);
  ASSERT_EQ(segments.size(), network.parameters.size());
  for (std::size_t p = 0; p < segments.size(); ++p) {
    const auto& parameter = network.parameters[p];
    ASSERT_EQ(segments[p].size, parameter.size);
    std::vector<float> ours(segments[p].data, segments[p].data + parameter.size);
    std::vector<float> theirs(flat.begin() + parameter.offset,
                              flat.begin() + parameter.offset + parameter.size);
    std::sort(ours.begin(), ours.end());
    std::sort(theirs.begin(), theirs.end());
    EXPECT_EQ(ours, theirs) << parameter.name;
  }
}

}  // namespace
}  // namespace kindred::train
