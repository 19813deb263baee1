#pragma once

#include "train/engine.hpp"

namespace kindred::train {

/// Explicit forward and backward passes on a CPU, one network after another, without any library's tensors.
class NativeEngine : public Engine {
 public:
  std::string_view name() const override { return "native"; }
  std::unique_ptr<PackTrainer> start(const network::Network& network, const Samples& samples,
                                     std::span<const sweep::RunSettings> members) const override;
};

}  // namespace kindred::train
