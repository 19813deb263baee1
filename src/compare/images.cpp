#include "compare/images.hpp"

namespace kindred::compare {

Images::Images(const std::set<std::string>& names, const std::string& folder,
               const parallel::Communicator& world)
    : node_(world.split_node()) {
  for (const auto& name : names)
    memory_[name] = std::make_unique<parallel::SharedMemory>(
        world, node_, data::dataset_bytes(data::dataset_info(name)),
        [&](std::span<std::uint8_t> bytes) { data::load_dataset(name, folder, bytes); });
}

std::span<const std::uint8_t> Images::test(const std::string& name) const {
  const auto found = memory_.find(name);
  if (found == memory_.end()) return {};
  return data::view_dataset(name, found->second->bytes()).test_images;
}

}  // namespace kindred::compare
