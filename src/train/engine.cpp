#include "train/engine.hpp"

#include "core/error.hpp"
#include "core/log.hpp"
#include "train/accelerators.hpp"
#include "train/native/native_engine.hpp"
#include "train/torch/threads.hpp"
#include "train/torch/torch_engine.hpp"

namespace kindred::train {

std::unique_ptr<Engine> make_engine(std::string_view name, std::string_view device, int node_rank) {
  KINDRED_VALIDATE(name == "auto" || name == "torch" || name == "native",
                   usage_error("unknown engine \"{}\" (known: auto, torch, native)", name));
  KINDRED_VALIDATE(name != "native" || device != "cuda",
                   usage_error("--engine native trains on CPUs (--device cuda) use --engine torch, or auto"));
  use_one_thread();
  keep_freed_memory();
  std::string gpu;
  auto accelerator =
      choose_accelerator(name == "native" && device == "auto" ? "cpu" : device, node_rank, gpu);
  if (accelerator) {
    log::info("training on {}", gpu);
    return std::make_unique<TorchEngine>(std::move(accelerator));
  }
  if (name == "torch") return std::make_unique<TorchEngine>();
  return std::make_unique<NativeEngine>();
}

}  // namespace kindred::train
