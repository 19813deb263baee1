#include "compare/representation.hpp"

#include <algorithm>

#include "compare/representation_widths.hpp"
#include "train/denormals.hpp"
#include "train/gather.hpp"
#include "train/torch/accelerator.hpp"
#include "train/torch/device_errors.hpp"
#include "train/torch/forward.hpp"
#include "train/torch/operand.hpp"
#include "train/torch/pack_forward.hpp"

namespace kindred::compare {
namespace {

using Representations = std::vector<at::Tensor>;

/// [images, width]: what evaluate(some of the images) returns, a few images at a time.
template <class Evaluate>
at::Tensor in_batches(const at::Tensor& images, std::int64_t width, const Evaluate& evaluate) {
  auto values = at::empty({images.size(0), width}, images.options());
  for (std::int64_t first = 0; first < images.size(0); first += images_at_once) {
    const auto count = std::min(images_at_once, images.size(0) - first);
    values.narrow(0, first, count).copy_(evaluate(images.narrow(0, first, count)));
  }
  return values;
}

at::Tensor on_host(const network::Network& network, const at::Tensor& weights, const at::Tensor& images,
                   std::size_t index, std::int64_t width) {
  const train::DenormalsAsZero as_when_trained;
  auto operands = train::pytorch_operands(network, weights);
  for (auto& operand : operands)  // products with a matrix whose columns are contiguous are quicker
    if (operand.dim() == 2) operand = operand.t().contiguous().t();
  return in_batches(images, width, [&](const at::Tensor& part) {
    Representations all;
    train::forward(network, operands, part, {.representations = &all});
    return all[index];
  });
}

/// As a pack of one network.
at::Tensor on_device(const network::Network& network, const at::Tensor& weights, const at::Tensor& images,
                     std::size_t index, std::int64_t width) {
  const auto sent = weights.to(images.device()).unsqueeze(0);
  const auto operands = train::pytorch_operands(network, sent);
  return in_batches(images, width, [&](const at::Tensor& part) {
    Representations all;
    train::pack_forward(network, operands, part.unsqueeze(0), false, &all);
    return all[index].squeeze(0);
  });
}

}  // namespace

Representation::Representation(const Source& source) : source_(source) {
  const c10::InferenceMode guard;
  const train::Normalizer normalizer(*source.cohort->dataset);
  images_ = at::empty({source.probes, source.cohort->dataset->pixels()});
  normalizer.range(source.images, 0, source.probes, images_.data_ptr<float>());
  if (source.accelerator)
    images_ = train::translating_errors([&] { return images_.to(source.accelerator->device); });
  width_ = representation_widths(source.cohort->network(0))[static_cast<std::size_t>(source.slice)];
}

at::Tensor Representation::compute(std::int64_t row) const {
  const c10::InferenceMode guard;
  const auto& network = source_.cohort->network(row);
  auto weights = at::empty({network.size});
  read_weights(source_, row, 0, {weights.data_ptr<float>(), static_cast<std::size_t>(network.size)});
  const auto index = static_cast<std::size_t>(source_.slice);
  if (!source_.accelerator) return on_host(network, weights, images_, index, width_);
  return on_device(network, weights, images_, index, width_);
}

}  // namespace kindred::compare
