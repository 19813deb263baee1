#include "train/torch/threads.hpp"

#include <ATen/Parallel.h>
#include <malloc.h>
#include <torch/version.h>

#include "train/engine.hpp"

namespace kindred::train {

void use_one_thread() { at::set_num_threads(1); }

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc allows
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
#endif
}

std::string_view torch_version() { return "torch " TORCH_VERSION; }

}  // namespace kindred::train
