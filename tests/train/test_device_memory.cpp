#include <gtest/gtest.h>

#include <numeric>

#include "cpu_accelerator.hpp"
#include "samples.hpp"
#include "train/torch/threads.hpp"
#include "train/torch/torch_engine.hpp"

namespace kindred::train {
namespace {

/// A pack of two, on a device whose memory becomes full after the pack's start.
class FullDevice : public testing::Test {
 protected:
  FullDevice() {
    use_one_thread();
    runs_[1].seed = 1;
    std::iota(order_.begin(), order_.end(), 0u);
  }
  auto start() const { return engine_.start(network_, images_.samples(), runs_); }

  const FakeImages images_{64, 32};
  std::vector<sweep::RunSettings> runs_{2};
  const network::Network network_ = network::make_network(runs_.front(), data::dataset_info("mnist"));
  const TorchEngine engine_{cpu_accelerator()};
  std::vector<std::uint32_t> order_ = std::vector<std::uint32_t>(64);
};

TEST_F(FullDevice, EveryFunctionSaysSo) {
  const auto pack = start();
  const std::vector orders(2, order_);
  pack->begin_epoch(orders);
  ByteWriter saved;
  pack->save(saved);
  std::vector<float> logits(32 * 10);

  const MemoryBound full(0);
  EXPECT_THROW(start(), OutOfDeviceMemory);
  EXPECT_THROW(pack->begin_epoch(orders), OutOfDeviceMemory);
  EXPECT_THROW(pack->step(0, 64), OutOfDeviceMemory);
  EXPECT_THROW(pack->evaluate(), OutOfDeviceMemory);
  EXPECT_THROW(pack->logits(0, 32, logits), OutOfDeviceMemory);
  ByteWriter out;
  EXPECT_THROW(pack->save(out), OutOfDeviceMemory);
  ByteReader in(saved.bytes());
  EXPECT_THROW(pack->restore(in), OutOfDeviceMemory);
}

TEST_F(FullDevice, AsDoItsImages) {
  const MemoryBound most(64 * 784 - 1);
  EXPECT_THROW(start(), OutOfDeviceMemory);
}

}  // namespace
}  // namespace kindred::train
