#include "train/loss.hpp"

#include <algorithm>
#include <cmath>

namespace kindred::train {

Sums cross_entropy(const float* logits, const std::uint8_t* labels, std::int64_t samples,
                   std::int64_t classes, float* gradient) {
  Sums sums;
  sums.samples = static_cast<double>(samples);
  const float share = 1.0f / static_cast<float>(samples);
  for (std::int64_t i = 0; i < samples; ++i, logits += classes) {
    const auto label = labels[i];
    const float* largest = std::max_element(logits, logits + classes);
    float total = 0;
    for (std::int64_t c = 0; c < classes; ++c) total += std::exp(logits[c] - *largest);
    sums.loss += static_cast<double>(std::log(total) - (logits[label] - *largest));
    sums.correct += largest - logits == label;
    if (!gradient) continue;
    for (std::int64_t c = 0; c < classes; ++c)
      gradient[c] = std::exp(logits[c] - *largest) / total * share - (c == label ? share : 0.0f);
    gradient += classes;
  }
  return sums;
}

}  // namespace kindred::train
