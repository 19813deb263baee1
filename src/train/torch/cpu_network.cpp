#include "train/torch/cpu_network.hpp"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

#include "core/random.hpp"
#include "train/denormals.hpp"
#include "train/label_noise.hpp"
#include "train/loss.hpp"
#include "train/torch/forward.hpp"
#include "train/torch/operand.hpp"

namespace kindred::train {
namespace {

constexpr std::int64_t line = 16;  // floats in a cache line: parameters start at one

std::int64_t padded(std::int64_t size) { return (size + line - 1) / line * line; }

}  // namespace

CpuNetwork::CpuNetwork(const network::Network& network, const Samples& samples,
                       const sweep::RunSettings& settings)
    : network_(network),
      identity_(settings.identity()),
      optimizer_(make_optimizer(settings)),
      learning_rate_(settings, steps_per_epoch(settings, samples.train)),
      labels_(samples.dataset.train_labels) {
  if (settings.real("train.label_noise") > 0) {
    noisy_labels_ =
        noisy_labels(settings, labels_.first(static_cast<std::size_t>(samples.train)), network.classes);
    labels_ = noisy_labels_;
  }
  for (const auto& layer : network_.layers) dropouts_ += std::holds_alternative<network::Dropout>(layer);
  std::int64_t size = 0;
  for (const auto& parameter : network_.parameters) {
    offsets_.push_back(size);
    size += padded(parameter.size);
  }
  weights_ = at::zeros({size});
  for (int i = 0; i < states(optimizer_); ++i) state_[static_cast<std::size_t>(i)] = at::zeros({size});

  const at::NoGradGuard no_gradients;
  const auto flat = at::empty({network_.size});
  network::initial_values(network_, settings,
                          {flat.data_ptr<float>(), static_cast<std::size_t>(network_.size)});
  const auto initial = pytorch_operands(network_, flat);
  for (std::size_t p = 0; p < offsets_.size(); ++p) {
    const auto& parameter = network_.parameters[p];
    const auto operand = stored_operand(parameter, weights_.narrow(0, offsets_[p], parameter.size));
    operand.copy_(initial[p]);
    operands_.push_back(operand.detach().requires_grad_());
  }
}

Sums CpuNetwork::step(const at::Tensor& inputs, std::span<const std::uint32_t> indices) {
  const DenormalsAsZero guard;
  const DropoutMask mask = [this](std::int64_t layer, at::IntArrayRef shape, double rate) {
    return dropout_mask(layer, shape, rate);
  };
  at::Tensor logits;
  {
    const at::AutoGradMode on(true);
    logits = forward(network_, operands_, inputs, {.dropout = &mask});
  }
  batch_labels_.clear();
  for (const auto index : indices) batch_labels_.push_back(labels_[index]);
  const auto values = logits.detach();
  auto gradient = at::empty_like(values);
  const auto sums =
      cross_entropy(values.const_data_ptr<float>(), batch_labels_.data(), values.size(0), network_.classes,
                    gradient.data_ptr<float>(), 1.0f / static_cast<float>(values.size(0)));
  update(torch::autograd::grad({logits}, operands_, {gradient}));
  return sums;
}

at::Tensor CpuNetwork::logits(const at::Tensor& inputs) const {
  const at::NoGradGuard no_gradients;
  const DenormalsAsZero guard;
  return forward(network_, operands_, inputs).contiguous();
}

void CpuNetwork::update(const std::vector<at::Tensor>& gradients) {
  const double factor = learning_rate_.factor(steps_++);
  for (std::size_t p = 0; p < gradients.size(); ++p) {
    const auto& parameter = network_.parameters[p];
    const auto gradient = stored_order(parameter, gradients[p]);
    float* state[2] = {};
    for (int i = 0; i < states(optimizer_); ++i) state[i] = at(state_[static_cast<std::size_t>(i)], p);
    std::visit(
        [&](const auto& optimizer) {
          optimizer.update(steps_, factor, at(weights_, p), state, gradient.const_data_ptr<float>(),
                           parameter.size);
        },
        optimizer_);
  }
}

at::Tensor CpuNetwork::dropout_mask(std::int64_t layer, at::IntArrayRef shape, double rate) const {
  RandomStream random(identity_, Stream::dropout, static_cast<std::uint32_t>(steps_ * dropouts_ + layer));
  auto mask = at::empty(shape);
  const std::span values(mask.data_ptr<float>(), static_cast<std::size_t>(mask.numel()));
  const auto limit = static_cast<std::uint32_t>(rate * 0x1p32);  // rate is below 1
  const auto kept = static_cast<float>(1 / (1 - rate));
  std::array<std::uint32_t, 1024> words;
  for (std::size_t first = 0; first < values.size(); first += words.size()) {
    const auto part = values.subspan(first, std::min(words.size(), values.size() - first));
    random.fill(std::span(words).first(part.size()));
    for (std::size_t i = 0; i < part.size(); ++i) part[i] = words[i] < limit ? 0.0f : kept;
  }
  return mask;
}

std::vector<statistics::Segment> CpuNetwork::segments() const {
  std::vector<statistics::Segment> segments;
  for (std::size_t p = 0; p < offsets_.size(); ++p)
    segments.push_back({at(weights_, p), network_.parameters[p].size, engine_order(network_.parameters[p])});
  return segments;
}

void CpuNetwork::copy_weights(std::span<float> out) const {
  const c10::InferenceMode guard;
  const auto flat = at::from_blob(out.data(), {network_.size});
  const auto targets = pytorch_operands(network_, flat);
  for (std::size_t p = 0; p < targets.size(); ++p) targets[p].copy_(operands_[p].detach());
}

std::vector<std::span<float>> CpuNetwork::buffers() const {
  std::vector<std::span<float>> all;
  for (const auto* tensor : {&weights_, &state_[0], &state_[1]})
    if (tensor->defined())
      all.emplace_back(tensor->data_ptr<float>(), static_cast<std::size_t>(tensor->numel()));
  return all;
}

void CpuNetwork::save(ByteWriter& out) const {
  out.put(steps_);
  for (const auto& buffer : buffers()) out.put(std::span<const float>(buffer));
}

void CpuNetwork::restore(ByteReader& in) {
  steps_ = in.get<std::int64_t>();
  for (const auto& buffer : buffers()) in.get(buffer);
}

}  // namespace kindred::train
