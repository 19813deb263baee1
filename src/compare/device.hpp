#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "compare/metric.hpp"

namespace kindred::parallel {
class Communicator;
}
namespace kindred::train {
struct Accelerator;
}

namespace kindred::compare {

/// Where networks are evaluated and large products computed.
struct Device {
  std::shared_ptr<const train::Accelerator> accelerator;  ///< null: the CPU
  std::string name = "cpu";                               ///< "NVIDIA H100"
};

/// The device that `asked` means (train/accelerators.hpp): of auto a GPU where every rank has the same model,
/// as values differ in their last bits; otherwise the CPU, with a warning. The CPU also where no metric is
/// computed on a GPU. Throws a usage error for what cannot be. Collective.
Device choose_device(std::string_view asked, std::span<const Metric> metrics,
                     const parallel::Communicator& world);

}  // namespace kindred::compare
