#include "train/accelerators.hpp"

#include "core/error.hpp"
#include "core/log.hpp"

namespace kindred::train {

std::shared_ptr<Accelerator> choose_accelerator(std::string_view device, int node_rank,
                                                std::string& message) {
  KINDRED_VALIDATE(device == "auto" || device == "cpu" || device == "cuda",
                   usage_error("unknown device \"{}\" (known: auto, cpu, cuda)", device));
  if (device == "cpu") return nullptr;
  const bool is_there = has_cuda_device(message);
  auto accelerator = is_there ? cuda_accelerator(node_rank, message) : nullptr;
  KINDRED_VALIDATE(accelerator || device == "auto",
                   usage_error("--device cuda ({}) use --device cpu, or auto", message));
  if (is_there && !accelerator) log::warn("there is a GPU, which is not used ({})", message);
  return accelerator;
}

}  // namespace kindred::train
