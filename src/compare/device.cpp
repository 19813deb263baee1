#include "compare/device.hpp"

#include <algorithm>

#include "core/log.hpp"
#include "parallel/communicator.hpp"
#include "train/accelerators.hpp"

namespace kindred::compare {

Device choose_device(std::string_view asked, std::span<const Metric> metrics,
                     const parallel::Communicator& world) {
  const bool useful = std::ranges::any_of(metrics, gains_from_device);
  const auto wanted = asked == "auto" && !useful ? "cpu" : asked;
  const auto node = world.split_node();
  Device device;
  std::string message;
  world.agree([&] { device.accelerator = train::choose_accelerator(wanted, node.rank(), message); });
  const auto having = world.sum(static_cast<std::int64_t>(device.accelerator != nullptr));
  if (having < world.size()) {
    if (having > 0 && world.is_root())
      log::warn("{} of {} ranks have a GPU: comparing on CPUs", having, world.size());
    return {};
  }
  device.name = world.broadcast(message);
  return device;
}

}  // namespace kindred::compare
