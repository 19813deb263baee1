#include "train/native/network.hpp"

#include <algorithm>
#include <numeric>

#include "train/denormals.hpp"
#include "train/label_noise.hpp"
#include "train/loss.hpp"
#include "train/native/update.hpp"

namespace kindred::train::native {
namespace {

/// As many as keep what the layers give out in the second-level cache. Changes no bits.
std::int64_t samples_at_once(const network::Network& network) {
  constexpr std::int64_t cached = 1 << 19;  // floats
  const auto widths = network.widths();
  return std::clamp<std::int64_t>(cached / std::accumulate(widths.begin(), widths.end(), network.inputs), 4,
                                  512);
}

}  // namespace

TrainedNetwork::TrainedNetwork(const network::Network& network, const Samples& samples,
                               const sweep::RunSettings& settings)
    : network_(network),
      samples_(samples),
      normalizer_(*samples.dataset.info),
      optimizer_(make_optimizer(settings)),
      learning_rate_(settings, steps_per_epoch(settings, samples.train)),
      labels_(samples.dataset.train_labels),
      order_(network),
      capacity_(samples_at_once(network)),
      weights_(order_.size()),
      sums_(order_.size()) {
  if (settings.real("train.label_noise") > 0) {
    noisy_labels_ =
        noisy_labels(settings, labels_.first(static_cast<std::size_t>(samples.train)), network.classes);
    labels_ = noisy_labels_;
  }
  std::vector<float> initial(static_cast<std::size_t>(network.size));
  network::initial_values(network, settings, initial);
  order_.from_pytorch(initial.data(), weights_);
  start_sums(optimizer_, weights_, sums_, order_.size());
  for (int i = 0; i < state_buffers(optimizer_); ++i) state_.emplace_back(order_.size());

  layers_ = make_layers(network, {.capacity = capacity_,
                                  .rows = 1,
                                  .values = network.inputs,
                                  .weights =
                                      [this](int p) {
                                        const auto offset = order_.offset(static_cast<std::size_t>(p));
                                        return Weights{weights_ + offset, sums_ + offset};
                                      },
                                  .identity = settings.identity()});
  inputs_ = Buffer(capacity_ * network.inputs);
  for (auto& buffer : gradients_) buffer = Buffer(capacity_ * layers_.widest);
  part_labels_.resize(static_cast<std::size_t>(capacity_));
}

float* TrainedNetwork::forward(const Pass& pass) {
  float* x = inputs_;
  for (const auto& layer : layers_.all) x = layer->forward(pass, x);
  return x;
}

void TrainedNetwork::backward(const Pass& pass) {
  float *dy = gradients_[0], *other = gradients_[1];
  for (std::size_t i = layers_.all.size(); i-- > 0;) {
    float* dx = layers_.all[i]->backward(pass, dy, i > 0 ? other : nullptr);
    if (dx != dy) std::swap(dy, other);
  }
}

Sums TrainedNetwork::step(std::span<const std::uint32_t> indices) {
  const DenormalsAsZero guard;
  const auto count = static_cast<std::int64_t>(indices.size());
  const auto parts = (count + capacity_ - 1) / capacity_, most = (count + parts - 1) / parts;
  Sums sums;
  for (std::int64_t first = 0; first < count; first += most) {
    const Pass pass{std::min(most, count - first), true, steps_, first};
    const auto part =
        indices.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(pass.samples));
    normalizer_.gather(samples_.dataset.train_images, part, inputs_);
    std::transform(part.begin(), part.end(), part_labels_.begin(),
                   [&](auto index) { return labels_[index]; });
    sums += cross_entropy(forward(pass), part_labels_.data(), pass.samples, network_.classes, gradients_[0],
                          1.0f / static_cast<float>(count));
    backward(pass);
  }
  float* state[2] = {};
  for (std::size_t i = 0; i < state_.size(); ++i) state[i] = state_[i];
  const double factor = learning_rate_.factor(steps_++);
  update(optimizer_, steps_, factor, weights_, sums_, state, order_.size());
  return sums;
}

template <class Visit>
void TrainedNetwork::each_test_part(std::int64_t samples, Visit visit) {
  const DenormalsAsZero guard;
  for (std::int64_t first = 0; first < samples; first += capacity_) {
    const Pass pass{std::min(capacity_, samples - first)};
    normalizer_.range(samples_.dataset.test_images, first, pass.samples, inputs_);
    visit(forward(pass), first, pass.samples);
  }
}

Sums TrainedNetwork::evaluate() {
  Sums sums;
  each_test_part(samples_.test, [&](const float* logits, std::int64_t first, std::int64_t count) {
    sums += cross_entropy(logits, samples_.dataset.test_labels.data() + first, count, network_.classes);
  });
  return sums;
}

void TrainedNetwork::logits(std::span<float> out) {
  each_test_part(static_cast<std::int64_t>(out.size()) / network_.classes,
                 [&](const float* logits, std::int64_t first, std::int64_t count) {
                   std::copy_n(logits, count * network_.classes, out.begin() + first * network_.classes);
                 });
}

std::vector<statistics::Segment> TrainedNetwork::segments() const {
  std::vector<statistics::Segment> segments;
  for (std::size_t p = 0; p < network_.parameters.size(); ++p)
    segments.push_back({weights_.data() + order_.offset(p), network_.parameters[p].size,
                        statistics::Order::pixel_channel_out});
  return segments;
}

void TrainedNetwork::copy_weights(std::span<float> out) const {
  order_.to_pytorch(weights_.data(), out.data());
}

void TrainedNetwork::save(ByteWriter& out) const {
  const auto size = static_cast<std::size_t>(order_.size());
  out.put(steps_);
  out.put(std::span<const float>(weights_.data(), size));
  out.put(std::span<const float>(sums_.data(), size));
  for (const auto& buffer : state_) out.put(std::span<const float>(buffer.data(), size));
}

void TrainedNetwork::restore(ByteReader& in) {
  const auto size = static_cast<std::size_t>(order_.size());
  steps_ = in.get<std::int64_t>();
  in.get(std::span(weights_.data(), size));
  in.get(std::span(sums_.data(), size));
  for (auto& buffer : state_) in.get(std::span(buffer.data(), size));
}

}  // namespace kindred::train::native
