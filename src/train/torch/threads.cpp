#include "train/torch/threads.hpp"

#include <ATen/Parallel.h>
#include <torch/version.h>

#include "train/engine.hpp"

namespace kindred::train {

void use_one_thread() { at::set_num_threads(1); }

std::string_view torch_version() { return "torch " TORCH_VERSION; }

}  // namespace kindred::train
