#include "train/torch/cpu_pack.hpp"

#include <algorithm>

#include "core/assert.hpp"
#include "train/gather.hpp"
#include "train/loss.hpp"
#include "train/torch/cpu_network.hpp"

namespace kindred::train {
namespace {

/// Test images that are evaluated together: as many as keep a layer's values in the second-level cache.
std::int64_t evaluation_batch(const network::Network& network) {
  constexpr std::int64_t cached = 1 << 18;  // floats
  return std::clamp<std::int64_t>(cached / network.widest(), 16, 500);
}

class CpuPack : public PackTrainer {
 public:
  CpuPack(const network::Network& network, const Samples& samples,
          std::span<const sweep::RunSettings> members)
      : network_(network),
        samples_(samples),
        normalizer_(*samples.dataset.info),
        evaluation_batch_(evaluation_batch(network)) {
    for (const auto& settings : members) networks_.emplace_back(network_, samples_, settings);
  }

  void begin_epoch(std::span<const std::vector<std::uint32_t>> order) override {
    order_ = order;
    sums_.assign(networks_.size(), {});
  }

  void step(std::int64_t first, std::int64_t count) override {
    const auto inputs = at::empty({count, network_.inputs});
    for (std::size_t member = 0; member < networks_.size(); ++member) {
      const auto indices =
          std::span(order_[member]).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
      normalizer_.gather(samples_.dataset.train_images, indices, inputs.data_ptr<float>());
      sums_[member] += networks_[member].step(inputs, indices);
    }
  }

  std::vector<Sums> training_sums() override { return sums_; }

  std::vector<Sums> evaluate() override {
    std::vector<Sums> total(networks_.size());
    each_test_batch(samples_.test, [&](const at::Tensor& inputs, std::int64_t first) {
      for (std::size_t member = 0; member < networks_.size(); ++member)
        total[member] +=
            cross_entropy(networks_[member].logits(inputs).const_data_ptr<float>(),
                          samples_.dataset.test_labels.data() + first, inputs.size(0), network_.classes);
    });
    return total;
  }

  void logits(std::int64_t member, std::int64_t probes, std::span<float> out) override {
    KINDRED_EXPECT(static_cast<std::int64_t>(out.size()) == probes * network_.classes);
    each_test_batch(probes, [&](const at::Tensor& inputs, std::int64_t first) {
      const auto values = networks_[static_cast<std::size_t>(member)].logits(inputs);
      std::copy_n(values.const_data_ptr<float>(), values.numel(), out.begin() + first * network_.classes);
    });
  }

  std::vector<statistics::Segment> parameters(std::int64_t member) const override {
    return networks_[static_cast<std::size_t>(member)].segments();
  }
  statistics::Memory memory() const override { return statistics::Memory::host; }
  void weights(std::int64_t member, std::span<float> out) const override {
    networks_[static_cast<std::size_t>(member)].copy_weights(out);
  }
  void save(ByteWriter& out) const override {
    out.put(std::span<const Sums>(sums_));
    for (const auto& network : networks_) network.save(out);
  }
  void restore(ByteReader& in) override {
    in.get(std::span(sums_));
    for (auto& network : networks_) network.restore(in);
  }

 private:
  template <class Visit>
  void each_test_batch(std::int64_t count, Visit visit) {
    for (std::int64_t first = 0; first < count; first += evaluation_batch_) {
      const auto inputs = at::empty({std::min(evaluation_batch_, count - first), network_.inputs});
      normalizer_.range(samples_.dataset.test_images, first, inputs.size(0), inputs.data_ptr<float>());
      visit(inputs, first);
    }
  }

  const network::Network network_;
  const Samples samples_;
  Normalizer normalizer_;
  std::int64_t evaluation_batch_;
  std::vector<CpuNetwork> networks_;
  std::span<const std::vector<std::uint32_t>> order_;
  std::vector<Sums> sums_;
};

}  // namespace

std::unique_ptr<PackTrainer> start_cpu_pack(const network::Network& network, const Samples& samples,
                                            std::span<const sweep::RunSettings> members) {
  return std::make_unique<CpuPack>(network, samples, members);
}

}  // namespace kindred::train
