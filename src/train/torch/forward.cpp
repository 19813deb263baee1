#include "train/torch/forward.hpp"

namespace kindred::train {
namespace {

at::Tensor activate(network::Activation function, const at::Tensor& x) {
  switch (function) {
    case network::Activation::relu:
      return at::relu(x);
    case network::Activation::tanh:
      return at::tanh(x);
    case network::Activation::gelu:
      return at::gelu(x);
    case network::Activation::sigmoid:
      return at::sigmoid(x);
  }
  return x;
}

}  // namespace

at::Tensor forward(const network::Network& network, std::span<const at::Tensor> parameters, at::Tensor inputs,
                   std::vector<at::Tensor>* representations) {
  at::Tensor x = std::move(inputs);
  for (const auto& layer : network.layers) {
    if (const auto* linear = std::get_if<network::Linear>(&layer))
      x = at::baddbmm(parameters[static_cast<std::size_t>(linear->bias)], x,
                      parameters[static_cast<std::size_t>(linear->weight)]);
    else if (const auto* activation = std::get_if<network::Activate>(&layer))
      x = activate(activation->function, x);
    else if (representations)
      representations->push_back(x);
  }
  return x;
}

std::vector<at::Tensor> parameter_views(const network::Network& network, const at::Tensor& flat) {
  std::vector<at::Tensor> views;
  for (const auto& parameter : network.parameters) {
    const auto part = flat.narrow(0, parameter.offset, parameter.size);
    views.push_back(parameter.is_matrix() ? part.view(parameter.shape).t().unsqueeze(0)
                                          : part.view({1, 1, parameter.size}));
  }
  return views;
}

}  // namespace kindred::train
