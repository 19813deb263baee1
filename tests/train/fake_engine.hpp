#pragma once

#include <chrono>
#include <thread>

#include "train/engine.hpp"

namespace kindred::train {

/// An engine like one of a device: gains from packs, and its memory holds `fits` runs. Trains nothing; a step
/// takes as long as `step` says for so many members.
class FakeEngine : public Engine {
 public:
  using Duration = std::chrono::duration<double>;
  explicit FakeEngine(std::size_t fits, Duration (*step)(std::size_t members)) : fits_(fits), step_(step) {}
  std::string_view name() const override { return "fake"; }
  bool gains_from_packs() const override { return true; }

  std::unique_ptr<PackTrainer> start(const network::Network&, const Samples&,
                                     std::span<const sweep::RunSettings> members) const override {
    if (members.size() > fits_) throw OutOfDeviceMemory("the device is full");
    return std::make_unique<Trainer>(members.size(), step_(members.size()));
  }

 private:
  class Trainer : public PackTrainer {
   public:
    Trainer(std::size_t members, Duration step) : members_(members), step_(step) {}
    void begin_epoch(std::span<const std::vector<std::uint32_t>>) override {}
    void step(std::int64_t, std::int64_t) override { std::this_thread::sleep_for(step_); }
    std::vector<Sums> training_sums() override { return std::vector<Sums>(members_); }
    std::vector<Sums> evaluate() override { return std::vector<Sums>(members_); }
    void logits(std::int64_t, std::int64_t, std::span<float>) override {}
    std::vector<statistics::Segment> parameters(std::int64_t) const override { return {}; }
    statistics::Memory memory() const override { return statistics::Memory::host; }
    void weights(std::int64_t, std::span<float>) const override {}

   private:
    std::size_t members_;
    Duration step_;
  };

  std::size_t fits_;
  Duration (*step_)(std::size_t);
};

}  // namespace kindred::train
