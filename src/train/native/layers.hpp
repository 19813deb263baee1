#pragma once

#include "train/native/layer.hpp"

namespace kindred::train::native {

std::unique_ptr<Layer> make_linear(const network::Linear& layer, const Site& site);
/// A convolution with the pooling that follows it, and with `relu` that too, from and to channels last;
/// `first`: its images are channels first, as they come, and need no derivative.
std::unique_ptr<Layer> make_convolve(const network::Convolve& layer, bool first, bool relu, const Site& site);
std::unique_ptr<Layer> make_embed(const network::Embed& layer, const Site& site);
std::unique_ptr<Layer> make_layer_norm(const network::LayerNorm& layer, const Site& site);
std::unique_ptr<Layer> make_attend(const network::Attend& layer, const Site& site);
std::unique_ptr<Layer> make_activate(const network::Activate& layer, const Site& site);
/// `index`: which dropout layer of `count` it is, from 0.
std::unique_ptr<Layer> make_dropout(const network::Dropout& layer, std::int64_t index, std::int64_t count,
                                    const Site& site);

/// What a branch and the join that ends it share. `site`: the branch's.
struct Residual;
std::shared_ptr<Residual> make_residual(const Site& site);
std::unique_ptr<Layer> make_branch(std::shared_ptr<Residual> residual);
/// Where `site` has fewer vectors than the branch, only each sample's first one is added.
std::unique_ptr<Layer> make_join(std::shared_ptr<Residual> residual, const Site& site);

}  // namespace kindred::train::native
