#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>

#include "train/engine.hpp"

namespace kindred::train {

struct Accelerator;
class DeviceSamples;

/// LibTorch: on a CPU one network after another (weights as [in, out], twice as fast in the product at small
/// batches as PyTorch's [out, in]), on an accelerator whole packs at once.
class TorchEngine : public Engine {
 public:
  /// Null: on the CPU.
  explicit TorchEngine(std::shared_ptr<Accelerator> accelerator = nullptr);
  ~TorchEngine() override;
  std::string_view name() const override { return accelerator_ ? "torch-cuda" : "torch"; }
  bool gains_from_packs() const override { return accelerator_ != nullptr; }
  std::unique_ptr<PackTrainer> start(const network::Network& network, const Samples& samples,
                                     std::span<const sweep::RunSettings> members) const override;

 private:
  std::shared_ptr<const DeviceSamples> device_samples(const Samples& samples) const;

  std::shared_ptr<Accelerator> accelerator_;
  /// Which dataset, where its images lie (another's may have lain there before) and how many are used.
  using Identity = std::tuple<const data::DatasetInfo*, const void*, std::int64_t, std::int64_t>;
  mutable std::map<Identity, std::shared_ptr<const DeviceSamples>> samples_;  // on the device
};

}  // namespace kindred::train
