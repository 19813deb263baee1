#include "train/torch/device_weights.hpp"

#include <ATen/core/grad_mode.h>

#include "train/torch/operand.hpp"

namespace kindred::train {
namespace {

/// A parameter as operand: convolutions of a pack want their kernels in PyTorch's order.
at::Tensor operand(const network::Parameter& parameter, const at::Tensor& flat) {
  return parameter.role == network::Role::kernel ? pytorch_operand(parameter, flat)
                                                 : stored_operand(parameter, flat);
}

}  // namespace

DeviceWeights::DeviceWeights(const network::Network& network, std::span<const sweep::RunSettings> members,
                             at::Device device)
    : network_(network) {
  const at::NoGradGuard no_gradients;
  const auto count = static_cast<std::int64_t>(members.size());
  auto flat = at::empty({count, network.size});
  for (std::int64_t k = 0; k < count; ++k)
    network::initial_values(
        network, members[static_cast<std::size_t>(k)],
        {flat.data_ptr<float>() + k * network.size, static_cast<std::size_t>(network.size)});
  for (const auto& parameter : network.parameters) {
    auto host = at::empty({count, parameter.size});
    operand(parameter, host)
        .copy_(pytorch_operand(parameter, flat.narrow(1, parameter.offset, parameter.size).contiguous()));
    tensors_.push_back(host.to(device));
    operands_.push_back(operand(parameter, tensors_.back()).detach().requires_grad_());
  }
}

std::vector<statistics::Segment> DeviceWeights::segments(std::int64_t member) const {
  const bool copied = memory() == statistics::Memory::host;  // nothing is, where the device is the CPU
  described_.clear();
  std::vector<statistics::Segment> segments;
  for (std::size_t p = 0; p < tensors_.size(); ++p) {
    const auto own = tensors_[p][member];
    described_.push_back(copied ? own.to(at::kCPU) : own);
    const auto& parameter = network_.parameters[p];
    segments.push_back({described_.back().const_data_ptr<float>(), own.size(0),
                        parameter.role == network::Role::kernel ? statistics::Order::out_channel_pixel
                                                                : engine_order(parameter)});
  }
  return segments;
}

statistics::Memory DeviceWeights::memory() const {
  const bool there =
      tensors_.front().device().is_cuda() && statistics::can_describe(statistics::Memory::cuda);
  return there ? statistics::Memory::cuda : statistics::Memory::host;
}

void DeviceWeights::copy(std::int64_t member, std::span<float> out) const {
  const at::NoGradGuard no_gradients;
  const auto targets = pytorch_operands(network_, at::from_blob(out.data(), {network_.size}));
  for (std::size_t p = 0; p < targets.size(); ++p)
    targets[p].copy_(operand(network_.parameters[p], tensors_[p][member].to(at::kCPU)));
}

}  // namespace kindred::train
