#include "train/torch/operand.hpp"

namespace kindred::train {
namespace {

using network::Role;

/// The leading dimension of `flat`, if it has one, before `shape`.
std::vector<std::int64_t> with_members(const at::Tensor& flat, std::vector<std::int64_t> shape) {
  if (flat.dim() == 2) shape.insert(shape.begin(), flat.size(0));
  return shape;
}

at::Tensor vector_operand(const network::Parameter& parameter, const at::Tensor& flat) {
  if (parameter.role == Role::embedding) return flat.view(with_members(flat, parameter.shape));
  return flat.dim() == 2 ? flat.unsqueeze(1) : flat;
}

}  // namespace

at::Tensor stored_operand(const network::Parameter& parameter, const at::Tensor& flat) {
  const auto& shape = parameter.shape;
  switch (parameter.role) {
    case Role::weight:
      return flat.view(with_members(flat, {parameter.size / shape[0], shape[0]}));
    case Role::kernel:
      return flat.view(with_members(flat, {shape[0], shape[2], shape[3], shape[1]})).movedim(-1, -3);
    default:
      return vector_operand(parameter, flat);
  }
}

at::Tensor pytorch_operand(const network::Parameter& parameter, const at::Tensor& flat) {
  const auto& shape = parameter.shape;
  switch (parameter.role) {
    case Role::weight:
      return flat.view(with_members(flat, {shape[0], parameter.size / shape[0]})).transpose(-1, -2);
    case Role::kernel:
      return flat.view(with_members(flat, shape));
    default:
      return vector_operand(parameter, flat);
  }
}

statistics::Order engine_order(const network::Parameter& parameter) {
  return parameter.role == Role::kernel ? statistics::Order::out_pixel_channel
                                        : statistics::Order::channel_pixel_out;
}

at::Tensor stored_order(const network::Parameter& parameter, const at::Tensor& operand) {
  return (parameter.role == Role::kernel ? operand.movedim(-3, -1) : operand).contiguous();
}

std::vector<at::Tensor> pytorch_operands(const network::Network& network, const at::Tensor& weights) {
  std::vector<at::Tensor> operands;
  for (const auto& parameter : network.parameters)
    operands.push_back(pytorch_operand(parameter, weights.narrow(-1, parameter.offset, parameter.size)));
  return operands;
}

}  // namespace kindred::train
