#pragma once

#include <functional>

#include "train/engine.hpp"

namespace kindred::train {

/// An engine like one of a device: gains from packs, and its memory holds `fits` runs. Trains nothing; a step
/// takes as many seconds of its own clock as `step` says for so many members, everything else none.
class FakeEngine : public Engine {
 public:
  explicit FakeEngine(std::size_t fits, double (*step)(std::size_t members)) : fits_(fits), step_(step) {}
  /// Its clock, for a StepTimer.
  std::function<double()> clock() const {
    return [this] { return seconds_; };
  }
  std::string_view name() const override { return "fake"; }
  bool gains_from_packs() const override { return true; }

  std::unique_ptr<PackTrainer> start(const network::Network& network, const Samples&,
                                     std::span<const sweep::RunSettings> members) const override {
    if (members.size() > fits_) throw OutOfDeviceMemory("the device is full");
    return std::make_unique<Trainer>(network, members.size(), step_(members.size()), seconds_);
  }

 private:
  class Trainer : public PackTrainer {
   public:
    Trainer(const network::Network& network, std::size_t members, double step, double& seconds)
        : members_(members), step_(step), seconds_(seconds), zeros_(static_cast<std::size_t>(network.size)) {
      for (const auto& parameter : network.parameters)
        segments_.push_back({zeros_.data() + parameter.offset, parameter.size});
    }
    void begin_epoch(std::span<const std::vector<std::uint32_t>>) override {}
    void step(std::int64_t, std::int64_t) override { seconds_ += step_; }
    std::vector<Sums> training_sums() override { return std::vector<Sums>(members_); }
    std::vector<Sums> evaluate() override { return std::vector<Sums>(members_); }
    void logits(std::int64_t, std::int64_t, std::span<float>) override {}
    std::vector<statistics::Segment> parameters(std::int64_t) const override { return segments_; }
    statistics::Memory memory() const override { return statistics::Memory::host; }
    void weights(std::int64_t, std::span<float>) const override {}
    void save(ByteWriter&) const override {}
    void restore(ByteReader&) override {}

   private:
    std::size_t members_;
    double step_;
    double& seconds_;
    std::vector<float> zeros_;
    std::vector<statistics::Segment> segments_;
  };

  std::size_t fits_;
  double (*step_)(std::size_t);
  mutable double seconds_ = 0;
};

}  // namespace kindred::train
