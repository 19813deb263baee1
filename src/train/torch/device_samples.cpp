#include "train/torch/device_samples.hpp"

namespace kindred::train {
namespace {

/// A copy of bytes [count, ...] as [count, size].
at::Tensor bytes_on(at::Device device, std::span<const std::uint8_t> bytes, std::int64_t count) {
  const auto size = count == 0 ? 0 : static_cast<std::int64_t>(bytes.size()) / count;
  return at::from_blob(const_cast<std::uint8_t*>(bytes.data()), {count, size}, at::kByte)
      .to(at::TensorOptions(device), false, true);
}

std::span<const std::uint8_t> first_bytes(std::span<const std::uint8_t> bytes, std::int64_t count) {
  return bytes.first(static_cast<std::size_t>(count));
}

}  // namespace

at::Tensor labels_on(at::Device device, std::span<const std::uint8_t> labels) {
  return bytes_on(device, labels, static_cast<std::int64_t>(labels.size())).view({-1}).to(at::kLong);
}

DeviceSamples::DeviceSamples(const Samples& samples, at::Device device) {
  const auto& data = samples.dataset;
  const auto& info = *data.info;
  train_images_ =
      bytes_on(device, first_bytes(data.train_images, samples.train * info.pixels()), samples.train);
  test_images_ = bytes_on(device, first_bytes(data.test_images, samples.test * info.pixels()), samples.test);
  train_labels_ = labels_on(device, first_bytes(data.train_labels, samples.train));
  test_labels_ = labels_on(device, first_bytes(data.test_labels, samples.test));
  const auto of_channels = [&](const std::vector<float>& values) {
    return at::tensor(at::ArrayRef<float>(values)).view({1, info.channels, 1}).to(device);
  };
  mean_ = of_channels(info.mean);
  deviation_ = of_channels(info.standard_deviation);
}

at::Tensor DeviceSamples::normalized(const at::Tensor& images) const {
  const auto x = images.to(at::kFloat).view({images.size(0), mean_.size(1), -1});
  return ((x / 255 - mean_) / deviation_).view({images.size(0), -1});
}

}  // namespace kindred::train
