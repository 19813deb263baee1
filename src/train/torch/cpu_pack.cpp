#include "train/torch/cpu_pack.hpp"

#include "train/sequential_pack.hpp"
#include "train/torch/cpu_network.hpp"

namespace kindred::train {

std::unique_ptr<PackTrainer> start_cpu_pack(const network::Network& network, const Samples& samples,
                                            std::span<const sweep::RunSettings> members) {
  return std::make_unique<SequentialPack<CpuNetwork>>(network, samples, members);
}

}  // namespace kindred::train
