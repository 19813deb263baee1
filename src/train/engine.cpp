#include "train/engine.hpp"

#include "core/error.hpp"
#include "core/log.hpp"
#include "train/native/native_engine.hpp"
#include "train/torch/threads.hpp"
#include "train/torch/torch_engine.hpp"

namespace kindred::train {
namespace {

std::unique_ptr<Engine> cpu_engine(std::string_view name) {
  if (name == "torch") return std::make_unique<TorchEngine>();
  return std::make_unique<NativeEngine>();
}

}  // namespace

std::unique_ptr<Engine> make_engine(std::string_view name, std::string_view device, int node_rank) {
  KINDRED_VALIDATE(name == "auto" || name == "torch" || name == "native",
                   usage_error("unknown engine \"{}\" (known: auto, torch, native)", name));
  KINDRED_VALIDATE(name != "native" || device != "cuda",
                   usage_error("--engine native trains on CPUs (--device cuda) use --engine torch, or auto"));
  KINDRED_VALIDATE(device == "auto" || device == "cpu" || device == "cuda",
                   usage_error("unknown device \"{}\" (known: auto, cpu, cuda)", device));
  use_one_thread();
  keep_freed_memory();
  if (name == "native") return std::make_unique<NativeEngine>();
  if (device == "cpu") return cpu_engine(name);
  std::string message;
  auto engine = cuda_engine(node_rank, message);
  KINDRED_VALIDATE(engine || device == "auto",
                   usage_error("--device cuda ({}) use --device cpu, or auto", message));
  if (!engine) return cpu_engine(name);
  log::info("training on {}", message);
  return engine;
}

}  // namespace kindred::train
