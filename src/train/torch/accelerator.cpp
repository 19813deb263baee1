#include "train/torch/accelerator.hpp"

#include <dlfcn.h>

#include <filesystem>

#include "train/accelerators.hpp"

namespace kindred::train {
namespace {

/// The CUDA part stands beside the program, or in the lib folder of an installation.
std::string library_path() {
  namespace fs = std::filesystem;
  const std::string name = "libkindred_cuda.so";
  std::error_code ignored;
  const auto folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const auto& path : {folder / name, folder / "../lib/kindred" / name})
    if (fs::exists(path, ignored)) return path.string();
  return name;
}

}  // namespace

bool has_cuda_device(std::string& reason) {
  void* driver = dlopen("libcuda.so.1", RTLD_NOW);
  if (!driver) {
    reason = "no CUDA driver on this machine";
    return false;
  }
  const auto initialise = reinterpret_cast<int (*)(unsigned)>(dlsym(driver, "cuInit"));
  const auto count_devices = reinterpret_cast<int (*)(int*)>(dlsym(driver, "cuDeviceGetCount"));
  int count = 0;
  if (!initialise || initialise(0) != 0 || !count_devices || count_devices(&count) != 0 || count == 0) {
    reason = "the CUDA driver sees no device";
    return false;
  }
  return true;
}

std::shared_ptr<Accelerator> cuda_accelerator(int node_rank, std::string& message) {
  // A library of its own, so that a start without a GPU loads none of LibTorch's CUDA libraries.
  void* library = dlopen(library_path().c_str(), RTLD_NOW | RTLD_GLOBAL);
  void* make = library ? dlsym(library, "kindred_cuda_accelerator") : nullptr;
  if (!make) {
    message = std::string("the CUDA part of this build does not load: ") + dlerror();
    return nullptr;
  }
  using Make = std::shared_ptr<Accelerator> (*)(int, std::string&);
  auto accelerator = reinterpret_cast<Make>(make)(node_rank, message);
  if (accelerator) message = accelerator->name;
  return accelerator;
}

}  // namespace kindred::train
