#include <gtest/gtest.h>

#include <cmath>

#include "native_runs.hpp"
#include "network/structure.hpp"
#include "statistics/node_strength.hpp"
#include "train/native/native_engine.hpp"
#include "train/torch/cpu_pack.hpp"
#include "train/torch/device_pack.hpp"
#include "train/torch/threads.hpp"

namespace kindred::train {
namespace {

/// Statistics are taken from the engines' own parameter buffers, each of which has its own order.
class Strengths : public testing::TestWithParam<NetworkCase> {
 protected:
  Strengths() {
    use_one_thread();
    for (auto& settings : runs_) settings.set("train.epochs", std::int64_t{1});
  }

  statistics::NodeStrengths strengths(std::span<const statistics::Segment> segments) const {
    statistics::NodeStrengths result;
    statistics::NodeSums().compute(segments, statistics::Memory::host, structure_, result);
    return result;
  }

  void expect_those_of_its_weights(PackTrainer& trainer) const {
    train_epoch(trainer, orders(runs_.size(), 0));  // so that biases are not 0
    for (std::int64_t member = 0; member < 3; ++member) {
      const auto weights = weights_of(trainer, member, network_.size);
      std::vector<statistics::Segment> segments;
      for (const auto& parameter : network_.parameters)
        segments.push_back({weights.data() + parameter.offset, parameter.size});
      const auto expected = strengths(segments), own = strengths(trainer.parameters(member));
      // Both are sums whose error node_strength.hpp bounds; no weight is beyond 2 here.
      const double bound = 2 * 8 * 0x1p-24 * 2 * static_cast<double>(network_.inputs + 1);
      expect_near(own.in, expected.in, bound, "in");
      expect_near(own.out, expected.out, bound, "out");
      expect_near(own.total, expected.total, 2 * bound, "total");
      ASSERT_EQ(own.fluctuation.size(), expected.fluctuation.size());
      for (std::size_t i = 0; i < own.fluctuation.size(); ++i)
        EXPECT_NEAR(own.fluctuation[i], expected.fluctuation[i], 2 * bound);
    }
  }

  std::vector<sweep::RunSettings> runs_ = three_runs(GetParam());
  FakeImages images_{run_samples, run_tests};
  Samples samples_ = images_.samples();
  network::Network network_ = network::make_network(runs_[0], *samples_.dataset.info);
  statistics::Structure structure_ = network::structure(network_);

 private:
  static void expect_near(const std::vector<float>& own, const std::vector<float>& expected, double bound,
                          const char* what) {
    ASSERT_EQ(own.size(), expected.size());
    for (std::size_t i = 0; i < own.size(); ++i) ASSERT_NEAR(own[i], expected[i], bound) << what << ' ' << i;
  }
};

TEST_P(Strengths, OfTheNativeEngine) {
  expect_those_of_its_weights(*NativeEngine().start(network_, samples_, runs_));
}

TEST_P(Strengths, OfLibTorchOnTheCpu) {
  expect_those_of_its_weights(*start_cpu_pack(network_, samples_, runs_));
}

TEST_P(Strengths, OfAPackOnADevice) {
  const auto device = std::make_shared<Accelerator>();  // the CPU
  const auto data = std::make_shared<DeviceSamples>(samples_, device->device);
  expect_those_of_its_weights(*start_device_pack(device, data, network_, samples_, runs_));
}

INSTANTIATE_TEST_SUITE_P(Networks, Strengths, testing::ValuesIn(small_networks()),
                         [](const auto& network) { return network.param.name; });

}  // namespace
}  // namespace kindred::train
