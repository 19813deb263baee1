#include "train/node_data.hpp"

namespace kindred::train {

NodeData::NodeData(const std::vector<Cohort>& cohorts, const std::string& folder,
                   const parallel::Communicator& world)
    : node_(world.split_node()) {
  for (const auto& cohort : cohorts) {
    const std::string name(cohort.dataset->name);
    if (memory_.contains(name)) continue;
    memory_[name] = std::make_unique<parallel::SharedMemory>(
        world, node_, data::dataset_bytes(*cohort.dataset),
        [&](std::span<std::uint8_t> bytes) { data::load_dataset(name, folder, bytes); });
  }
}

Samples NodeData::samples(const Cohort& cohort) const {
  const std::string name(cohort.dataset->name);
  return {data::view_dataset(name, memory_.at(name)->bytes()), cohort.train_samples, cohort.test_samples};
}

}  // namespace kindred::train
