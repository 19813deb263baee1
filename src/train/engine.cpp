#include "train/engine.hpp"

#include "core/error.hpp"
#include "train/torch/threads.hpp"
#include "train/torch/torch_engine.hpp"

namespace kindred::train {

std::unique_ptr<Engine> make_engine(std::string_view name, std::string_view device) {
  KINDRED_VALIDATE(name == "auto" || name == "torch",
                   usage_error("unknown engine \"{}\" (this version has: auto, torch)", name));
  KINDRED_VALIDATE(device == "auto" || device == "cpu",
                   usage_error("unknown device \"{}\" (this version trains on: auto, cpu)", device));
  use_one_thread();
  return std::make_unique<TorchEngine>();
}

}  // namespace kindred::train
