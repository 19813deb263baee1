#include "train/label_noise.hpp"

#include <cmath>

#include "core/random.hpp"

namespace kindred::train {

std::vector<std::uint8_t> noisy_labels(const sweep::RunSettings& settings,
                                       std::span<const std::uint8_t> labels, std::int64_t classes) {
  std::vector<std::uint8_t> noisy(labels.begin(), labels.end());
  const double share = settings.real("train.label_noise");
  if (share == 0) return noisy;
  RandomStream choice(settings.identity(), Stream::label_noise, 0);
  RandomStream classes_drawn(settings.identity(), Stream::label_noise, 1);
  const auto order = random_permutation(choice, static_cast<std::uint32_t>(labels.size()));
  // 0.29 * 100 is a little under 29 in binary.
  const auto count = static_cast<std::size_t>(std::floor(share * static_cast<double>(labels.size()) + 1e-9));
  for (std::size_t i = 0; i < count; ++i)
    noisy[order[i]] = static_cast<std::uint8_t>(classes_drawn.below(static_cast<std::uint32_t>(classes)));
  return noisy;
}

}  // namespace kindred::train
