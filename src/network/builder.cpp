#include "network/builder.hpp"

namespace kindred::network {

int Builder::parameter(const std::string& name, std::vector<std::int64_t> shape, Role role) {
  std::int64_t size = 1;
  for (const auto extent : shape) size *= extent;
  network_.parameters.push_back({name, std::move(shape), role, network_.size, size});
  network_.size += size;
  return static_cast<int>(network_.parameters.size()) - 1;
}

void Builder::linear(const std::string& name, std::int64_t in, std::int64_t out) {
  const int weight = parameter(name + ".weight", {out, in}, Role::weight);
  const int bias = parameter(name + ".bias", {out}, Role::bias);
  add(Linear{in, out, weight, bias});
}

void Builder::layer_norm(const std::string& name, std::int64_t size) {
  const int gain = parameter(name + ".weight", {size}, Role::gain);
  const int bias = parameter(name + ".bias", {size}, Role::bias);
  add(LayerNorm{size, gain, bias});
}

}  // namespace kindred::network
