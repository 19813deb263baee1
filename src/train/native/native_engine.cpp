#include "train/native/native_engine.hpp"

#include "train/native/network.hpp"

namespace kindred::train {
namespace {

class NativePack : public PackTrainer {
 public:
  NativePack(const network::Network& network, const Samples& samples,
             std::span<const sweep::RunSettings> members)
      : network_(network), samples_(samples) {
    for (const auto& settings : members)
      members_.push_back(std::make_unique<native::TrainedNetwork>(network_, samples_, settings));
  }

  void begin_epoch(std::span<const std::vector<std::uint32_t>> order) override {
    order_ = order;
    sums_.assign(members_.size(), {});
  }
  void step(std::int64_t first, std::int64_t count) override {
    for (std::size_t member = 0; member < members_.size(); ++member)
      sums_[member] += members_[member]->step(
          std::span(order_[member])
              .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
  }
  std::vector<Sums> training_sums() override { return sums_; }
  std::vector<Sums> evaluate() override {
    std::vector<Sums> sums;
    for (const auto& member : members_) sums.push_back(member->evaluate());
    return sums;
  }
  void logits(std::int64_t member, std::int64_t probes, std::span<float> out) override {
    at(member).logits(out.first(static_cast<std::size_t>(probes * network_.classes)));
  }
  std::vector<statistics::Segment> parameters(std::int64_t member) const override {
    return at(member).segments();
  }
  statistics::Memory memory() const override { return statistics::Memory::host; }
  void weights(std::int64_t member, std::span<float> out) const override { at(member).copy_weights(out); }
  void save(ByteWriter& out) const override {
    out.put(std::span<const Sums>(sums_));
    for (const auto& member : members_) member->save(out);
  }
  void restore(ByteReader& in) override {
    in.get(std::span(sums_));
    for (const auto& member : members_) member->restore(in);
  }

 private:
  native::TrainedNetwork& at(std::int64_t member) const {
    return *members_[static_cast<std::size_t>(member)];
  }

  const network::Network network_;
  const Samples samples_;
  std::vector<std::unique_ptr<native::TrainedNetwork>> members_;
  std::span<const std::vector<std::uint32_t>> order_;
  std::vector<Sums> sums_;
};

}  // namespace

std::unique_ptr<PackTrainer> NativeEngine::start(const network::Network& network, const Samples& samples,
                                                 std::span<const sweep::RunSettings> members) const {
  return std::make_unique<NativePack>(network, samples, members);
}

}  // namespace kindred::train
