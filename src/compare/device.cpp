#include "compare/device.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/log.hpp"
#include "parallel/communicator.hpp"
#include "train/accelerators.hpp"

namespace kindred::compare {

Device choose_device(std::string_view asked, std::span<const Metric> metrics,
                     const parallel::Communicator& world) {
  const bool useful = std::ranges::any_of(metrics, gains_from_device);
  const auto node = world.split_node();
  std::shared_ptr<train::Accelerator> accelerator;
  std::string name;
  world.agree([&] {
    accelerator = train::choose_accelerator(asked == "auto" && !useful ? "cpu" : asked, node.rank(), name);
  });
  const auto having = world.sum(static_cast<std::int64_t>(accelerator != nullptr));
  if (having == 0 || !useful) return {};
  const auto first = world.broadcast(name);
  const auto same = world.sum(static_cast<std::int64_t>(accelerator && name == first));
  if (same == world.size()) return {accelerator, first};
  world.root_only([&] {
    KINDRED_VALIDATE(asked == "auto",
                     usage_error("--device cuda (ranks have different GPUs, and values would "
                                 "depend on which) start it on equal ones, or give --device cpu"));
    if (having < world.size())
      log::warn("{} of {} ranks have a GPU: comparing on CPUs", having, world.size());
    else
      log::warn("ranks have different GPUs: comparing on CPUs");
  });
  return {};
}

}  // namespace kindred::compare
