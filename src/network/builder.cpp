#include "network/builder.hpp"

#include "core/error.hpp"
#include "network/sizes.hpp"

namespace kindred::network {
namespace {

/// "model.hidden = [128, 64]" and whatever else decides the sizes of the layers.
std::string sizes_text(const sweep::RunSettings& settings) {
  std::string text;
  for (const auto& [key, kind, fallback] : sweep::keys())
    if (key.starts_with("model.") && settings.has(key) &&
        (kind == sweep::Kind::integer || kind == sweep::Kind::list))
      text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", key, sweep::to_text(settings[key]));
  return text;
}

}  // namespace

int Builder::parameter(const std::string& name, std::vector<std::int64_t> shape, Role role) {
  const auto size = checked_product(shape);
  KINDRED_VALIDATE(
      size >= 0 && size <= most_values - network_.size,
      usage_error("{} (more than {} values up to {}: no network is that large) use smaller sizes",
                  sizes_text(settings_), most_values, name));
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
