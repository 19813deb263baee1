#include "train/accelerators.hpp"

#include "core/error.hpp"

namespace kindred::train {

std::shared_ptr<Accelerator> choose_accelerator(std::string_view device, int node_rank,
                                                std::string& message) {
  KINDRED_VALIDATE(device == "auto" || device == "cpu" || device == "cuda",
                   usage_error("unknown device \"{}\" (known: auto, cpu, cuda)", device));
  if (device == "cpu") return nullptr;
  auto accelerator = cuda_accelerator(node_rank, message);
  KINDRED_VALIDATE(accelerator || device == "auto",
                   usage_error("--device cuda ({}) use --device cpu, or auto", message));
  return accelerator;
}

}  // namespace kindred::train
