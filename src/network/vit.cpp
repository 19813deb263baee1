#include <fmt/format.h>

#include "network/builder.hpp"

namespace kindred::network {
namespace {

/// x + attention(norm(x)), then x + mlp(norm(x)): the pre-norm block, named as torch.nn.MultiheadAttention
/// names its parts. After the last block only the class token is read, so the others stop at its attention.
void build_block(Builder& builder, const sweep::RunSettings& settings, const std::string& name,
                 std::int64_t tokens, bool last) {
  const std::int64_t dim = settings.integer("model.dim"), hidden = settings.integer("model.mlp_dim");
  const Dropout dropout{settings.real("model.dropout")};
  builder.add(Branch{});
  builder.layer_norm(name + ".norm1", dim);
  const int in_weight = builder.parameter(name + ".attn.in_proj_weight", {3 * dim, dim}, Role::weight);
  const int in_bias = builder.parameter(name + ".attn.in_proj_bias", {3 * dim}, Role::bias);
  builder.add(Linear{dim, 3 * dim, in_weight, in_bias});
  builder.add(Attend{dim, settings.integer("model.heads"), tokens, last});
  builder.linear(name + ".attn.out_proj", dim, dim);
  builder.add(dropout);
  builder.add(Join{});

  builder.add(Branch{});
  builder.layer_norm(name + ".norm2", dim);
  builder.linear(name + ".fc1", dim, hidden);
  builder.add(Activate{activation(settings)});
  builder.add(dropout);
  builder.linear(name + ".fc2", hidden, dim);
  builder.add(dropout);
  builder.add(Join{});
}

}  // namespace

void build_vit(Builder& builder, const sweep::RunSettings& settings, const Network& network) {
  const std::int64_t dim = settings.integer("model.dim"), patch = settings.integer("model.patch");
  const std::int64_t depth = settings.integer("model.depth");
  const std::int64_t tokens = (network.height / patch) * (network.width / patch) + 1;
  const int class_token = builder.parameter("class_token", {1, 1, dim}, Role::embedding);
  const int positions = builder.parameter("positions", {1, tokens, dim}, Role::embedding);
  const int weight = builder.parameter("embed.weight", {dim, network.channels, patch, patch}, Role::weight);
  const int bias = builder.parameter("embed.bias", {dim}, Role::bias);
  builder.add(Embed{network.channels, network.height, network.width, patch, dim, tokens, class_token,
                    positions, weight, bias});
  for (std::int64_t i = 0; i < depth; ++i) {
    build_block(builder, settings, fmt::format("blocks.{}", i), tokens, i + 1 == depth);
    builder.add(Represent{fmt::format("block{}", i + 1)});
  }
  builder.layer_norm("norm", dim);
  builder.add(Represent{"penultimate"});
  builder.linear("head", dim, network.classes);
  builder.add(Represent{"logits"});
}

}  // namespace kindred::network
