#pragma once

#include <deque>
#include <vector>

#include "core/assert.hpp"
#include "train/engine.hpp"

namespace kindred::train {

/// A pack on a CPU: its networks train one after another within each step, since together they would gain
/// nothing, and so none can depend on the others. `TrainedNetwork` is one of them in training, with
/// PackTrainer's functions of one network.
template <class TrainedNetwork>
class SequentialPack : public PackTrainer {
 public:
  SequentialPack(const network::Network& network, const Samples& samples,
                 std::span<const sweep::RunSettings> members)
      : network_(network), samples_(samples) {
    for (const auto& settings : members) members_.emplace_back(network_, samples_, settings);
  }

  void begin_epoch(std::span<const std::vector<std::uint32_t>> order) override {
    order_ = order;
    sums_.assign(members_.size(), {});
  }
  void step(std::int64_t first, std::int64_t count) override {
    for (std::size_t member = 0; member < members_.size(); ++member)
      sums_[member] += members_[member].step(
          std::span(order_[member])
              .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
  }
  std::vector<Sums> training_sums() override { return sums_; }
  std::vector<Sums> evaluate() override {
    std::vector<Sums> sums;
    for (auto& member : members_) sums.push_back(member.evaluate());
    return sums;
  }
  void logits(std::int64_t member, [[maybe_unused]] std::int64_t probes, std::span<float> out) override {
    KINDRED_EXPECT(static_cast<std::int64_t>(out.size()) == probes * network_.classes);
    members_[static_cast<std::size_t>(member)].logits(out);
  }
  std::vector<statistics::Segment> parameters(std::int64_t member) const override {
    return members_[static_cast<std::size_t>(member)].segments();
  }
  statistics::Memory memory() const override { return statistics::Memory::host; }
  void weights(std::int64_t member, std::span<float> out) const override {
    members_[static_cast<std::size_t>(member)].copy_weights(out);
  }
  void save(ByteWriter& out) const override {
    out.put(std::span<const Sums>(sums_));
    for (const auto& member : members_) member.save(out);
  }
  void restore(ByteReader& in) override {
    in.get(std::span(sums_));
    for (auto& member : members_) member.restore(in);
  }

 private:
  const network::Network network_;
  const Samples samples_;
  std::deque<TrainedNetwork> members_;  // which need not be movable
  std::span<const std::vector<std::uint32_t>> order_;
  std::vector<Sums> sums_;
};

}  // namespace kindred::train
