#include "train/gather.hpp"

namespace kindred::train {

Normalizer::Normalizer(const data::DatasetInfo& info)
    : pixels_(info.pixels()), plane_(info.height * info.width) {
  for (std::size_t c = 0; c < info.mean.size(); ++c) {
    factor_.push_back(1.0f / (255.0f * info.standard_deviation[c]));
    shift_.push_back(-info.mean[c] / info.standard_deviation[c]);
  }
}

void Normalizer::image(const std::uint8_t* bytes, float* out) const {
  for (std::size_t c = 0; c < factor_.size(); ++c, bytes += plane_, out += plane_) {
    const float factor = factor_[c], shift = shift_[c];
    for (std::int64_t i = 0; i < plane_; ++i) out[i] = static_cast<float>(bytes[i]) * factor + shift;
  }
}

void Normalizer::gather(std::span<const std::uint8_t> images, std::span<const std::uint32_t> indices,
                        float* out) const {
  const auto* base = images.data();
  for (std::size_t i = 0; i < indices.size(); ++i) {
    // The order is random, so the processor cannot foresee the next image.
    if (i + 2 < indices.size())
      for (std::int64_t line = 0; line < pixels_; line += 64)
        __builtin_prefetch(base + indices[i + 2] * pixels_ + line);
    image(base + indices[i] * pixels_, out + static_cast<std::int64_t>(i) * pixels_);
  }
}

void Normalizer::range(std::span<const std::uint8_t> images, std::int64_t first, std::int64_t count,
                       float* out) const {
  for (std::int64_t i = 0; i < count; ++i) image(images.data() + (first + i) * pixels_, out + i * pixels_);
}

}  // namespace kindred::train
