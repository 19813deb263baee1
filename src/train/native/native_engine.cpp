#include "train/native/native_engine.hpp"

#include "train/native/network.hpp"
#include "train/sequential_pack.hpp"

namespace kindred::train {

std::unique_ptr<PackTrainer> NativeEngine::start(const network::Network& network, const Samples& samples,
                                                 std::span<const sweep::RunSettings> members) const {
  return std::make_unique<SequentialPack<native::TrainedNetwork>>(network, samples, members);
}

}  // namespace kindred::train
