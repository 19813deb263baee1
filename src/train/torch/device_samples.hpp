#pragma once

#include <ATen/ATen.h>

#include <span>

#include "train/engine.hpp"

namespace kindred::train {

/// The samples of a run on a device: images as bytes [n, pixels], labels [n].
class DeviceSamples {
 public:
  DeviceSamples(const Samples& samples, at::Device device);

  const at::Tensor& train_images() const { return train_images_; }
  const at::Tensor& test_images() const { return test_images_; }
  const at::Tensor& train_labels() const { return train_labels_; }
  const at::Tensor& test_labels() const { return test_labels_; }
  /// Images as inputs of a network, [n, pixels]: (x / 255 - mean) / standard deviation.
  at::Tensor normalized(const at::Tensor& images) const;

 private:
  at::Tensor train_images_, train_labels_, test_images_, test_labels_;
  at::Tensor mean_, deviation_;  // [1, channels, 1]
};

/// Labels as integers on a device, [n].
at::Tensor labels_on(at::Device device, std::span<const std::uint8_t> labels);

}  // namespace kindred::train
