#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <map>

#include "compare/inner_products.hpp"
#include "train/torch/accelerator.hpp"
#include "train/torch/device_errors.hpp"

namespace kindred::compare {
namespace {

constexpr std::int64_t segment = std::int64_t{1} << 16;  // columns on the device at a time

class DeviceInnerProducts : public InnerProducts {
 public:
  explicit DeviceInnerProducts(const train::Accelerator& accelerator)
      : device_(accelerator.device), release_memory_(accelerator.release_memory) {}

  std::int64_t most_right_blocks() const override { return device_right_blocks; }

  void compute(std::span<const BlockPair> pairs, std::int64_t first, std::int64_t length,
               std::span<PairSums> out) override {
    const auto half = pairs.size() / 2;
    try {
      train::translating_errors([&] { compute_together(pairs, first, length, out); });
      return;
    } catch (const train::OutOfDeviceMemory&) {
      if (half == 0) throw;
    }
    release_memory_();
    compute(pairs.first(half), first, length, out.first(half));
    compute(pairs.subspan(half), first, length, out.subspan(half));
  }

 private:
  void compute_together(std::span<const BlockPair> pairs, std::int64_t first, std::int64_t length,
                        std::span<PairSums> out) const {
    const c10::InferenceMode guard;
    const auto count = static_cast<std::int64_t>(pairs.size());
    const auto sums = at::zeros({count, block_runs, block_runs}, on_device(at::kDouble));
    for (std::int64_t k = first; k < first + length; k += segment)
      add(pairs, k, std::min(segment, first + length - k), sums);
    const auto host = sums.to(at::kCPU);
    const double* value = host.const_data_ptr<double>();
    for (auto& values : out) {
      std::copy_n(value, values.size(), values.begin());
      value += values.size();
    }
  }

  at::TensorOptions on_device(at::ScalarType type) const { return at::TensorOptions(type).device(device_); }

  /// Elements first..first+columns-1 of a block's rows as chunks, [block_runs, chunks, chunk].
  at::Tensor send(const float* rows, std::int64_t stride, std::int64_t count, std::int64_t first,
                  std::int64_t columns) const {
    const auto chunks = (columns + chunk - 1) / chunk;
    const auto sent = at::zeros({block_runs, chunks * chunk}, on_device(at::kFloat));
    // Row by row: several at once would be brought together on the host first.
    for (std::int64_t i = 0; i < count; ++i)
      sent[i]
          .narrow(0, 0, columns)
          .copy_(at::from_blob(const_cast<float*>(rows + i * stride + first), {columns}));
    return sent.view({block_runs, chunks, chunk});
  }

  /// sums: [pairs, block_runs, block_runs], to which those columns are added.
  void add(std::span<const BlockPair> pairs, std::int64_t first, std::int64_t columns,
           const at::Tensor& sums) const {
    std::map<const float*, at::Tensor> rights;
    at::Tensor left;
    const float* sent = nullptr;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
      const auto& pair = pairs[p];
      if (pair.left != sent)
        left = send(sent = pair.left, pair.stride, pair.rows, first, columns).transpose(0, 1);
      auto& right = rights[pair.right];
      if (!right.defined())
        right = send(pair.right, pair.stride, pair.columns, first, columns).permute({1, 2, 0});
      sums[static_cast<std::int64_t>(p)].add_(at::bmm(left, right).sum(0, false, at::kDouble));
    }
  }

  at::Device device_;
  std::function<void()> release_memory_;
};

}  // namespace

std::unique_ptr<InnerProducts> device_inner_products(const train::Accelerator& accelerator) {
  return std::make_unique<DeviceInnerProducts>(accelerator);
}

}  // namespace kindred::compare
