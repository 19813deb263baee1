#include <fmt/format.h>

#include "network/builder.hpp"

namespace kindred::network {
namespace {

/// Hidden layers fc1, fc2, ... and the output layer, from a vector of `width` values.
void build_dense(Builder& builder, const sweep::RunSettings& settings, std::int64_t width,
                 std::int64_t classes) {
  const auto& hidden = settings.list("model.hidden");
  for (std::size_t i = 0; i < hidden.size(); ++i) {
    const auto name = fmt::format("fc{}", i + 1);
    builder.linear(name, width, hidden[i]);
    builder.add(Activate{activation(settings)});
    builder.add(Represent{i + 1 == hidden.size() ? "penultimate" : name});
    builder.add(Dropout{settings.real("model.dropout")});
    width = hidden[i];
  }
  builder.linear(fmt::format("fc{}", hidden.size() + 1), width, classes);
  builder.add(Represent{"logits"});
}

}  // namespace

void build_mlp(Builder& builder, const sweep::RunSettings& settings, const Network& network) {
  build_dense(builder, settings, network.inputs, network.classes);
}

void build_cnn(Builder& builder, const sweep::RunSettings& settings, const Network& network) {
  const auto& stages = settings.list("model.channels");
  const std::int64_t kernel = settings.integer("model.kernel");
  const bool has_hidden = !settings.list("model.hidden").empty();
  std::int64_t channels = network.channels, height = network.height, width = network.width;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const auto name = fmt::format("conv{}", i + 1);
    const int weight =
        builder.parameter(name + ".weight", {stages[i], channels, kernel, kernel}, Role::kernel);
    const int bias = builder.parameter(name + ".bias", {stages[i]}, Role::bias);
    builder.add(Convolve{channels, stages[i], kernel, height, width, weight, bias});
    channels = stages[i];
    builder.add(Pool{channels, height, width});
    height /= 2;
    width /= 2;
    builder.add(Activate{activation(settings)});
    const bool last = i + 1 == stages.size() && !has_hidden;
    builder.add(Represent{last ? "penultimate" : fmt::format("stage{}", i + 1)});
  }
  builder.add(Flatten{channels * height * width});
  build_dense(builder, settings, channels * height * width, network.classes);
}

}  // namespace kindred::network
