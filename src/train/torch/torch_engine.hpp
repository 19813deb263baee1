#pragma once

#include "train/engine.hpp"

namespace kindred::train {

/// LibTorch autograd over packs: K networks with a leading member dimension, batched matrix products,
/// weights as [in, out] (twice as fast in the product at small batches as PyTorch's [out, in]).
class TorchEngine : public Engine {
 public:
  std::string_view name() const override { return "torch"; }
  std::unique_ptr<PackTrainer> start(const network::Network& network, const Samples& samples,
                                     std::span<const sweep::RunSettings> members) const override;
};

}  // namespace kindred::train
