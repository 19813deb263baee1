#include "train/loss.hpp"

#include <algorithm>
#include <cmath>

namespace kindred::train {

Sums cross_entropy(const float* logits, const std::uint8_t* labels, std::int64_t samples,
                   std::int64_t classes, float* gradient, float share) {
  Sums sums;
  sums.samples = static_cast<double>(samples);
  for (std::int64_t i = 0; i < samples; ++i, logits += classes) {
    const auto label = labels[i];
    const float* largest = std::max_element(logits, logits + classes);
    float total = 0;
    for (std::int64_t c = 0; c < classes; ++c) {
      const float power = std::exp(logits[c] - *largest);
      total += power;
      if (gradient) gradient[c] = power;
    }
    sums.loss += static_cast<double>(std::log(total) - (logits[label] - *largest));
    sums.correct += largest - logits == label;
    if (!gradient) continue;
    for (std::int64_t c = 0; c < classes; ++c)
      gradient[c] = gradient[c] / total * share - (c == label ? share : 0.0f);
    gradient += classes;
  }
  return sums;
}

}  // namespace kindred::train
