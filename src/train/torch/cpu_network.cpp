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

/// Test images that are evaluated together: as many as keep a layer's values in the second-level cache.
std::int64_t evaluation_batch(const network::Network& network) {
  constexpr std::int64_t cached = 1 << 18;  // floats
  return std::clamp<std::int64_t>(cached / network.widest(), 16, 500);
}

}  // namespace

CpuNetwork::CpuNetwork(const network::Network& network, const Samples& samples,
                       const sweep::RunSettings& settings)
    : network_(network),
      samples_(samples),
      normalizer_(*samples.dataset.info),
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

Sums CpuNetwork::step(std::span<const std::uint32_t> indices) {
  const DenormalsAsZero guard;
  const auto inputs = at::empty({static_cast<std::int64_t>(indices.size()), network_.inputs});
  normalizer_.gather(samples_.dataset.train_images, indices, inputs.data_ptr<float>());
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

template <class Visit>
void CpuNetwork::each_test_batch(std::int64_t samples, Visit visit) const {
  const at::NoGradGuard no_gradients;
  const DenormalsAsZero guard;
  const auto most = evaluation_batch(network_);
  for (std::int64_t first = 0; first < samples; first += most) {
    const auto inputs = at::empty({std::min(most, samples - first), network_.inputs});
    normalizer_.range(samples_.dataset.test_images, first, inputs.size(0), inputs.data_ptr<float>());
    const auto logits = forward(network_, operands_, inputs).contiguous();
    visit(logits.const_data_ptr<float>(), first, inputs.size(0));
  }
}

Sums CpuNetwork::evaluate() const {
  Sums sums;
  each_test_batch(samples_.test, [&](const float* logits, std::int64_t first, std::int64_t count) {
    sums += cross_entropy(logits, samples_.dataset.test_labels.data() + first, count, network_.classes);
  });
  return sums;
}

void CpuNetwork::logits(std::span<float> out) const {
  each_test_batch(static_cast<std::int64_t>(out.size()) / network_.classes,
                  [&](const float* logits, std::int64_t first, std::int64_t count) {
                    std::copy_n(logits, count * network_.classes, out.begin() + first * network_.classes);
                  });
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
