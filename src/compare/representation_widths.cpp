#include "compare/representation_widths.hpp"

#include <type_traits>

namespace kindred::compare {

std::vector<std::int64_t> representation_widths(const network::Network& network) {
  std::vector<std::int64_t> widths;
  std::int64_t width = network.inputs;
  const auto visit = [&](const auto& layer) {
    using Layer = std::remove_cvref_t<decltype(layer)>;
    if constexpr (requires { layer.out; }) width = layer.out;  // of an image, its channels
    if constexpr (std::is_same_v<Layer, network::Embed> || std::is_same_v<Layer, network::Attend>)
      width = layer.dim;
    if constexpr (std::is_same_v<Layer, network::Flatten>) width = layer.size;
    if constexpr (std::is_same_v<Layer, network::Represent>) widths.push_back(width);
  };
  for (const auto& layer : network.layers) std::visit(visit, layer);
  return widths;
}

}  // namespace kindred::compare
