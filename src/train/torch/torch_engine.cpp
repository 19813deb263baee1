#include "train/torch/torch_engine.hpp"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <array>

#include "core/assert.hpp"
#include "train/gather.hpp"
#include "train/loss.hpp"
#include "train/optimizer.hpp"
#include "train/torch/forward.hpp"

namespace kindred::train {
namespace {

constexpr std::int64_t line = 16;               // floats in a cache line: parameters start at one
constexpr std::int64_t evaluation_batch = 500;  // inputs of a batch stay in the second-level cache

std::int64_t padded(std::int64_t size) { return (size + line - 1) / line * line; }

/// A mini-batch's inputs and labels of every member.
struct Batch {
  at::Tensor inputs;  // [K, B, pixels]
  std::vector<std::uint8_t> labels;
};

/// Denormal numbers count as zero while it lives. A saturated softmax makes gradients full of them, and a
/// processor takes a hundred times longer over each; statistics still see what the weights hold.
class DenormalsAsZero {
 public:
  DenormalsAsZero() { at::globalContext().setFlushDenormal(true); }
  ~DenormalsAsZero() { at::globalContext().setFlushDenormal(false); }
  DenormalsAsZero(const DenormalsAsZero&) = delete;
  DenormalsAsZero& operator=(const DenormalsAsZero&) = delete;
};

class TorchPack : public PackTrainer {
 public:
  TorchPack(const network::Network& network, const Samples& samples,
            std::span<const sweep::RunSettings> members)
      : network_(network), samples_(samples), normalizer_(*samples.dataset.info) {
    for (const auto& settings : members) optimizers_.emplace_back(settings);
    for (const auto& parameter : network_.parameters) {
      offsets_.push_back(row_);
      row_ += padded(parameter.size);
    }
    weights_ = at::zeros({size(), row_});
    velocity_ = at::zeros({size(), row_});
    for (std::size_t p = 0; p < network_.parameters.size(); ++p) {
      const auto& parameter = network_.parameters[p];
      const auto out = parameter.shape[0];
      parameters_.push_back(weights_.narrow(1, offsets_[p], parameter.size)
                                .view({size(), parameter.size / out, out})
                                .detach()
                                .requires_grad_());
    }
    for (std::int64_t member = 0; member < size(); ++member)
      set_initial(member, members[static_cast<std::size_t>(member)]);
  }

  void begin_epoch(std::span<const std::vector<std::uint32_t>> order) override {
    order_ = order;
    sums_.assign(static_cast<std::size_t>(size()), {});
  }

  void step(std::int64_t first, std::int64_t count) override {
    const DenormalsAsZero guard;
    Batch& batch = fill(first, count);
    at::Tensor logits;
    {
      const at::AutoGradMode on(true);
      logits = forward(network_, parameters_, batch.inputs);
    }
    const auto gradient = loss(logits, batch.labels, count);
    const auto gradients =
        torch::autograd::grad({logits}, {parameters_.begin(), parameters_.end()}, {gradient});
    update(gradients);
  }

  std::vector<Sums> training_sums() override { return sums_; }

  std::vector<Sums> evaluate() override {
    std::vector<Sums> total(static_cast<std::size_t>(size()));
    for (std::int64_t first = 0; first < samples_.test; first += evaluation_batch) {
      const auto count = std::min(evaluation_batch, samples_.test - first);
      const auto logits = test_logits(first, count);
      for (std::int64_t member = 0; member < size(); ++member) {
        const auto sums = cross_entropy(logits[member].const_data_ptr<float>(),
                                        samples_.dataset.test_labels.data() + first, count, network_.classes);
        auto& target = total[static_cast<std::size_t>(member)];
        target.loss += sums.loss;
        target.correct += sums.correct;
        target.samples += sums.samples;
      }
    }
    return total;
  }

  void logits(std::int64_t member, std::int64_t probes, std::span<float> out) override {
    KINDRED_EXPECT(static_cast<std::int64_t>(out.size()) == probes * network_.classes);
    for (std::int64_t first = 0; first < probes; first += evaluation_batch) {
      const auto count = std::min(evaluation_batch, probes - first);
      const auto values = test_logits(first, count)[member];
      std::copy_n(values.const_data_ptr<float>(), count * network_.classes,
                  out.begin() + first * network_.classes);
    }
  }

  std::vector<statistics::Segment> parameters(std::int64_t member) const override {
    std::vector<statistics::Segment> segments;
    for (std::size_t p = 0; p < offsets_.size(); ++p)
      segments.push_back({row(weights_, member) + offsets_[p], network_.parameters[p].size});
    return segments;
  }

  statistics::Memory memory() const override { return statistics::Memory::host; }

  void weights(std::int64_t member, std::span<float> out) const override {
    const c10::InferenceMode guard;
    const auto flat = at::from_blob(out.data(), {network_.size});
    for (std::size_t p = 0; p < parameters_.size(); ++p)
      pytorch_view(flat, p).copy_(parameters_[p].detach()[member]);
  }

 private:
  std::int64_t size() const { return static_cast<std::int64_t>(optimizers_.size()); }
  static float* row(const at::Tensor& buffer, std::int64_t member) {
    return buffer.data_ptr<float>() + member * buffer.size(1);
  }
  /// Parameter p inside flat PyTorch weights, as [in, out] (a bias as [1, out]).
  at::Tensor pytorch_view(const at::Tensor& flat, std::size_t p) const {
    const auto& parameter = network_.parameters[p];
    return flat.narrow(0, parameter.offset, parameter.size)
        .view({parameter.shape[0], parameter.size / parameter.shape[0]})
        .t();
  }

  void set_initial(std::int64_t member, const sweep::RunSettings& settings) {
    const at::NoGradGuard guard;
    const auto flat = at::empty({network_.size});
    network::initial_values(network_, settings,
                            {flat.data_ptr<float>(), static_cast<std::size_t>(network_.size)});
    for (std::size_t p = 0; p < parameters_.size(); ++p)
      parameters_[p].detach()[member].copy_(pytorch_view(flat, p));
  }

  Batch& fill(std::int64_t first, std::int64_t count) {
    // The last mini-batch of an epoch may be partial and has buffers of its own.
    auto& batch = batches_[first + count == samples_.train ? 1 : 0];
    const auto pixels = network_.inputs;
    if (!batch.inputs.defined() || batch.inputs.size(1) != count) {
      batch.inputs = at::empty({size(), count, pixels});
      batch.labels.resize(static_cast<std::size_t>(size() * count));
    }
    for (std::int64_t member = 0; member < size(); ++member) {
      const auto indices = std::span(order_[static_cast<std::size_t>(member)])
                               .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
      normalizer_.gather(samples_.dataset.train_images, indices,
                         batch.inputs.data_ptr<float>() + member * count * pixels);
      auto* labels = batch.labels.data() + member * count;
      for (const auto index : indices) *labels++ = samples_.dataset.train_labels[index];
    }
    return batch;
  }

  at::Tensor loss(const at::Tensor& logits, const std::vector<std::uint8_t>& labels, std::int64_t count) {
    const auto values = logits.detach();
    auto gradient = at::empty_like(values);
    for (std::int64_t member = 0; member < size(); ++member) {
      const auto first = member * count * network_.classes;
      const auto sums = cross_entropy(values.const_data_ptr<float>() + first, labels.data() + member * count,
                                      count, network_.classes, gradient.data_ptr<float>() + first);
      auto& total = sums_[static_cast<std::size_t>(member)];
      total.loss += sums.loss;
      total.correct += sums.correct;
      total.samples += sums.samples;
    }
    return gradient;
  }

  void update(const std::vector<at::Tensor>& gradients) {
    for (std::size_t p = 0; p < gradients.size(); ++p) {
      const auto gradient = gradients[p].contiguous();
      const auto length = network_.parameters[p].size;
      for (std::int64_t member = 0; member < size(); ++member)
        optimizers_[static_cast<std::size_t>(member)].step(
            row(weights_, member) + offsets_[p], row(velocity_, member) + offsets_[p],
            gradient.const_data_ptr<float>() + member * length, length);
    }
  }

  /// [K, count, classes]
  at::Tensor test_logits(std::int64_t first, std::int64_t count) {
    const at::NoGradGuard no_gradients;
    const DenormalsAsZero guard;
    auto inputs = at::empty({1, count, network_.inputs});
    normalizer_.range(samples_.dataset.test_images, first, count, inputs.data_ptr<float>());
    return forward(network_, parameters_, inputs.expand({size(), count, network_.inputs})).contiguous();
  }

  network::Network network_;
  Samples samples_;
  Normalizer normalizer_;
  std::vector<Sgd> optimizers_;
  std::vector<std::int64_t> offsets_;  // of each parameter in a row
  std::int64_t row_ = 0;
  at::Tensor weights_, velocity_;       // [K, row]
  std::vector<at::Tensor> parameters_;  // leaves, views of weights_: [K, in, out]
  std::span<const std::vector<std::uint32_t>> order_;
  std::vector<Sums> sums_;
  std::array<Batch, 2> batches_;  // full mini-batches, and the last partial one of an epoch
};

}  // namespace

std::unique_ptr<PackTrainer> TorchEngine::start(const network::Network& network, const Samples& samples,
                                                std::span<const sweep::RunSettings> members) const {
  return std::make_unique<TorchPack>(network, samples, members);
}

}  // namespace kindred::train
