#include "cpu_accelerator.hpp"

#include "train/torch/accelerator.hpp"

namespace kindred::train {

std::shared_ptr<Accelerator> cpu_accelerator() {
  auto accelerator = std::make_shared<Accelerator>();
  accelerator->name = "the CPU as a GPU";
  return accelerator;
}

}  // namespace kindred::train
