#include "train/torch/translated_pack.hpp"

#include "train/torch/device_errors.hpp"

namespace kindred::train {
namespace {

class TranslatedPack : public PackTrainer {
 public:
  explicit TranslatedPack(std::unique_ptr<PackTrainer> pack) : pack_(std::move(pack)) {}

  void begin_epoch(std::span<const std::vector<std::uint32_t>> order) override {
    translating_errors([&] { pack_->begin_epoch(order); });
  }
  void step(std::int64_t first, std::int64_t count) override {
    translating_errors([&] { pack_->step(first, count); });
  }
  std::vector<Sums> training_sums() override {
    return translating_errors([&] { return pack_->training_sums(); });
  }
  std::vector<Sums> evaluate() override {
    return translating_errors([&] { return pack_->evaluate(); });
  }
  void logits(std::int64_t member, std::int64_t probes, std::span<float> out) override {
    translating_errors([&] { pack_->logits(member, probes, out); });
  }
  std::vector<statistics::Segment> parameters(std::int64_t member) const override {
    return translating_errors([&] { return pack_->parameters(member); });
  }
  statistics::Memory memory() const override { return pack_->memory(); }
  void weights(std::int64_t member, std::span<float> out) const override {
    translating_errors([&] { pack_->weights(member, out); });
  }
  void save(ByteWriter& out) const override {
    translating_errors([&] { pack_->save(out); });
  }
  void restore(ByteReader& in) override {
    translating_errors([&] { pack_->restore(in); });
  }

 private:
  std::unique_ptr<PackTrainer> pack_;
};

}  // namespace

std::unique_ptr<PackTrainer> translated_pack(const std::function<std::unique_ptr<PackTrainer>()>& start) {
  return std::make_unique<TranslatedPack>(translating_errors(start));
}

}  // namespace kindred::train
