#include "train/torch/torch_engine.hpp"

#include "train/torch/cpu_pack.hpp"
#include "train/torch/device_pack.hpp"
#include "train/torch/translated_pack.hpp"

namespace kindred::train {

TorchEngine::TorchEngine(std::shared_ptr<Accelerator> accelerator) : accelerator_(std::move(accelerator)) {}
TorchEngine::~TorchEngine() = default;

std::shared_ptr<const DeviceSamples> TorchEngine::device_samples(const Samples& samples) const {
  const auto& dataset = samples.dataset;
  auto& held = samples_[{dataset.info, dataset.train_images.data(), samples.train, samples.test}];
  if (!held) held = std::make_shared<const DeviceSamples>(samples, accelerator_->device);
  return held;
}

std::unique_ptr<PackTrainer> TorchEngine::start(const network::Network& network, const Samples& samples,
                                                std::span<const sweep::RunSettings> members) const {
  if (!accelerator_) return start_cpu_pack(network, samples, members);
  return translated_pack([&] {
    // What a pack before left behind would count against this one.
    accelerator_->release_memory();
    return start_device_pack(accelerator_, device_samples(samples), network, samples, members);
  });
}

}  // namespace kindred::train
