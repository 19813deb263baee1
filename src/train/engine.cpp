#include "train/engine.hpp"

#include "core/error.hpp"
#include "core/log.hpp"
#include "train/torch/threads.hpp"
#include "train/torch/torch_engine.hpp"

namespace kindred::train {

std::unique_ptr<Engine> make_engine(std::string_view name, std::string_view device, int node_rank) {
  KINDRED_VALIDATE(name == "auto" || name == "torch",
                   usage_error("unknown engine \"{}\" (this version has: auto, torch)", name));
  KINDRED_VALIDATE(device == "auto" || device == "cpu" || device == "cuda",
                   usage_error("unknown device \"{}\" (known: auto, cpu, cuda)", device));
  use_one_thread();
  keep_freed_memory();
  if (device == "cpu") return std::make_unique<TorchEngine>();
  std::string message;
  auto engine = cuda_engine(node_rank, message);
  KINDRED_VALIDATE(engine || device == "auto",
                   usage_error("--device cuda ({}) use --device cpu, or auto", message));
  if (!engine) return std::make_unique<TorchEngine>();
  log::info("training on {}", message);
  return engine;
}

}  // namespace kindred::train
