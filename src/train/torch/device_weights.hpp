#pragma once

#include <ATen/ATen.h>

#include <span>
#include <vector>

#include "network/network.hpp"
#include "statistics/describe.hpp"
#include "sweep/settings.hpp"

namespace kindred::train {

/// The weights of a pack's members on a device.
class DeviceWeights {
 public:
  /// At their initial values. `network` must outlive it.
  DeviceWeights(const network::Network& network, std::span<const sweep::RunSettings> members,
                at::Device device);

  /// Of each parameter, [K, size].
  const std::vector<at::Tensor>& tensors() const { return tensors_; }
  /// The same values as pack_forward takes them, leaves that lie as the tensors do.
  const std::vector<at::Tensor>& operands() const { return operands_; }

  /// One segment per parameter of a member, in `memory`; valid until the next call.
  std::vector<statistics::Segment> segments(std::int64_t member) const;
  statistics::Memory memory() const;
  /// In PyTorch's order, [P].
  void copy(std::int64_t member, std::span<float> out) const;

 private:
  const network::Network& network_;
  std::vector<at::Tensor> tensors_, operands_;
  mutable std::vector<at::Tensor> described_;  // what segments point to
};

}  // namespace kindred::train
