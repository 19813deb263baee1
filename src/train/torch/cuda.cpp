// The CUDA part, a library that accelerator.cpp loads: the only file that names CUDA.

#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAStream.h>

#include <cstdlib>

#include "train/torch/accelerator.hpp"

namespace kindred::train {
namespace {

// Before a graph is captured the step runs as it is: libraries choose their kernels and workspaces then.
constexpr int runs_before_capture = 3;

class RecordedWork {
 public:
  explicit RecordedWork(std::function<void()> work) : work_(std::move(work)) {}

  void run() {
    if (runs_ < runs_before_capture) {
      ++runs_;
      work_();
      return;
    }
    if (!graph_) capture();
    graph_->replay();
  }

 private:
  void capture() {
    auto graph = std::make_unique<at::cuda::CUDAGraph>();
    graph->capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    try {
      work_();  // recorded, not done
    } catch (...) {
      try {
        graph->capture_end();
      } catch (...) {
        // The first error says what happened.
      }
      throw;
    }
    graph->capture_end();
    graph_ = std::move(graph);
  }

  std::function<void()> work_;
  int runs_ = 0;
  std::unique_ptr<at::cuda::CUDAGraph> graph_;
};

}  // namespace
}  // namespace kindred::train

extern "C" std::shared_ptr<kindred::train::Accelerator> kindred_cuda_accelerator(int node_rank,
                                                                                 std::string& reason) {
  using namespace kindred::train;
  try {
    // cuBLAS gives the same bits every time only with a workspace of fixed size.
    setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
    // Single precision throughout, as on a CPU; TF32 would round the factors to 10 bits.
    at::globalContext().setAllowTF32CuBLAS(false);
    at::globalContext().setAllowTF32CuDNN(false);
    at::globalContext().setDeterministicCuDNN(true);
    const int count = c10::cuda::device_count_ensure_non_zero();
    const auto index = static_cast<c10::DeviceIndex>(node_rank % count);
    c10::cuda::set_device(index);
    // A graph can be captured on any stream but the default one; all work of this process goes there.
    c10::cuda::setCurrentCUDAStream(c10::cuda::getStreamFromPool(false, index));

    auto accelerator = std::make_shared<Accelerator>();
    accelerator->device = at::Device(at::kCUDA, index);
    // LibTorch may have no kernels for a device of this age.
    const auto ones = at::ones({8, 8}, accelerator->device);
    TORCH_CHECK(at::mm(ones, ones).sum().item<float>() == 512, "a product on it is wrong");
    accelerator->name = at::cuda::getDeviceProperties(index)->name;
    accelerator->record = [](std::function<void()> work) -> std::function<void()> {
      return [recorded = std::make_shared<RecordedWork>(std::move(work))] { recorded->run(); };
    };
    accelerator->synchronize = [] { c10::cuda::device_synchronize(); };
    accelerator->release_memory = [] { c10::cuda::CUDACachingAllocator::emptyCache(); };
    return accelerator;
  } catch (const c10::Error& error) {
    reason = error.what_without_backtrace();
    return nullptr;
  } catch (const std::exception& error) {
    reason = error.what();
    return nullptr;
  }
}
