#include "train/native/order.hpp"

namespace kindred::train::native {

EngineOrder::EngineOrder(const network::Network& network) {
  constexpr std::int64_t line = 16;  // floats
  for (const auto& p : network.parameters) {
    const std::int64_t out = p.is_matrix() ? p.shape[0] : p.size;
    const std::int64_t pixels = p.role == network::Role::kernel ? p.shape[2] * p.shape[3] : 1;
    places_.push_back({p.offset, size_, out, p.size / (out * pixels), pixels});
    size_ += (p.size + line - 1) / line * line;
  }
  std::int64_t channels = network.channels;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    if (const auto* convolve = std::get_if<network::Convolve>(&network.layers[i])) channels = convolve->out;
    if (!std::holds_alternative<network::Flatten>(network.layers[i])) continue;
    const auto& linear = std::get<network::Linear>(network.layers.at(i + 1));
    auto& place = places_[static_cast<std::size_t>(linear.weight)];
    place.channels = channels;
    place.pixels = linear.in / channels;
  }
}

template <class Visit>
void EngineOrder::each_value(Visit visit) const {
  for (const auto& p : places_)
    for (std::int64_t out = 0, i = p.pytorch; out < p.out; ++out)
      for (std::int64_t channel = 0; channel < p.channels; ++channel)
        for (std::int64_t pixel = 0; pixel < p.pixels; ++pixel, ++i)
          visit(i, p.engine + (pixel * p.channels + channel) * p.out + out);
}

void EngineOrder::from_pytorch(const float* weights, float* buffer) const {
  each_value([&](auto pytorch, auto engine) { buffer[engine] = weights[pytorch]; });
}

void EngineOrder::to_pytorch(const float* buffer, float* weights) const {
  each_value([&](auto pytorch, auto engine) { weights[pytorch] = buffer[engine]; });
}

}  // namespace kindred::train::native
