#include "compare/representation.hpp"

#include <algorithm>

#include "compare/representation_widths.hpp"
#include "train/denormals.hpp"
#include "train/gather.hpp"
#include "train/torch/forward.hpp"
#include "train/torch/operand.hpp"

namespace kindred::compare {

Representation::Representation(const Source& source) : source_(source) {
  const c10::InferenceMode guard;
  const train::Normalizer normalizer(*source.cohort->dataset);
  images_ = at::empty({source.probes, source.cohort->dataset->pixels()});
  normalizer.range(source.images, 0, source.probes, images_.data_ptr<float>());
  width_ = representation_widths(source.cohort->network(0))[static_cast<std::size_t>(source.slice)];
}

at::Tensor Representation::compute(std::int64_t row) const {
  const c10::InferenceMode guard;
  const train::DenormalsAsZero as_when_trained;
  const auto& network = source_.cohort->network(row);
  auto weights = at::empty({network.size});
  read_weights(source_, row, 0, {weights.data_ptr<float>(), static_cast<std::size_t>(network.size)});
  auto operands = train::pytorch_operands(network, weights);
  for (auto& operand : operands)  // products with a matrix whose columns are contiguous are quicker
    if (operand.dim() == 2) operand = operand.t().contiguous().t();
  auto values = at::empty({source_.probes, width_});
  for (std::int64_t first = 0; first < source_.probes; first += images_at_once) {
    const auto count = std::min(images_at_once, source_.probes - first);
    std::vector<at::Tensor> representations;
    train::forward(network, operands, images_.narrow(0, first, count), {.representations = &representations});
    values.narrow(0, first, count).copy_(representations[static_cast<std::size_t>(source_.slice)]);
  }
  return values;
}

}  // namespace kindred::compare
