#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.hpp"
#include "core/random.hpp"
#include "network/network.hpp"

namespace kindred::network {
namespace {

/// Gain of an activation, as torch.nn.init.calculate_gain: He et al. 2015 for relu, 5/3 for tanh. PyTorch
/// has none for gelu, which is near relu.
double gain(const std::string& activation) {
  if (activation == "relu" || activation == "gelu") return std::sqrt(2.0);
  if (activation == "tanh") return 5.0 / 3.0;
  return 1.0;
}

/// Rows (or, of a tall matrix, columns) orthonormal, uniform over such matrices (Saxe et al. 2014):
/// Gram-Schmidt, twice for accuracy, on standard normal values. Gram-Schmidt leaves the diagonal of R
/// positive, which makes the distribution the uniform one.
std::vector<double> orthogonal(RandomStream& random, std::int64_t rows, std::int64_t columns) {
  const std::int64_t count = std::min(rows, columns), length = std::max(rows, columns);
  std::vector<double> vectors(static_cast<std::size_t>(rows * columns));
  for (auto& value : vectors) value = random.normal();
  const auto vector = [&](std::int64_t i) { return vectors.data() + i * length; };
  for (std::int64_t i = 0; i < count; ++i) {
    for (int pass = 0; pass < 2; ++pass)
      for (std::int64_t j = 0; j < i; ++j) {
        double dot = 0;
        for (std::int64_t k = 0; k < length; ++k) dot += vector(i)[k] * vector(j)[k];
        for (std::int64_t k = 0; k < length; ++k) vector(i)[k] -= dot * vector(j)[k];
      }
    double squares = 0;
    for (std::int64_t k = 0; k < length; ++k) squares += vector(i)[k] * vector(i)[k];
    for (std::int64_t k = 0; k < length; ++k) vector(i)[k] /= std::sqrt(squares);
  }
  if (rows <= columns) return vectors;
  std::vector<double> transposed(vectors.size());
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c)
      transposed[static_cast<std::size_t>(r * columns + c)] = vector(c)[r];
  return transposed;
}

/// `shape` is [out, in] or [out, in, height, width]; the fans are PyTorch's, with all positions of a kernel.
void draw_matrix(RandomStream& random, const std::string& scheme, double activation_gain, double scale,
                 const std::vector<std::int64_t>& shape, std::span<float> out) {
  const std::int64_t rest = static_cast<std::int64_t>(out.size()) / shape[0];
  const auto fill = [&](auto&& draw) {
    for (auto& weight : out) weight = static_cast<float>(draw() * scale);
  };
  const auto uniform = [&](double bound) { fill([&] { return (2 * random.uniform() - 1) * bound; }); };
  const auto normal = [&](double deviation) { fill([&] { return random.normal() * deviation; }); };
  const double in = static_cast<double>(rest);
  const double sum = in + static_cast<double>(shape[0]) * in / static_cast<double>(shape[1]);
  // Kaiming: He et al. 2015. Xavier: Glorot & Bengio 2010.
  if (scheme == "kaiming_uniform") return uniform(activation_gain * std::sqrt(3.0 / in));
  if (scheme == "kaiming_normal") return normal(activation_gain / std::sqrt(in));
  if (scheme == "xavier_uniform") return uniform(activation_gain * std::sqrt(6.0 / sum));
  if (scheme == "xavier_normal") return normal(activation_gain * std::sqrt(2.0 / sum));
  if (scheme == "normal") return normal(0.05);
  if (scheme == "uniform") return uniform(0.05);
  if (scheme == "orthogonal") {
    const auto values = orthogonal(random, shape[0], rest);
    auto next = values.begin();
    return fill([&] { return *next++ * activation_gain; });
  }
  throw usage_error("unknown initialisation \"{}\"", scheme);
}

}  // namespace

void initial_values(const Network& network, const sweep::RunSettings& settings, std::span<float> weights) {
  KINDRED_EXPECT(static_cast<std::int64_t>(weights.size()) == network.size);
  const auto key = settings.has("init.seed") ? static_cast<std::uint64_t>(settings.integer("init.seed"))
                                             : settings.identity();
  const double activation_gain = gain(settings.text("model.activation"));
  std::uint32_t index = 0;
  for (const auto& parameter : network.parameters) {
    RandomStream random(key, Stream::initial_values, index++);
    const auto values =
        weights.subspan(static_cast<std::size_t>(parameter.offset), static_cast<std::size_t>(parameter.size));
    switch (parameter.role) {
      case Role::weight:
      case Role::kernel:
        draw_matrix(random, settings.text("init.scheme"), activation_gain, settings.real("init.scale"),
                    parameter.shape, values);
        break;
      case Role::bias:
        std::fill(values.begin(), values.end(), 0.0f);
        break;
      case Role::gain:
        std::fill(values.begin(), values.end(), 1.0f);
        break;
      case Role::embedding:
        for (auto& value : values) value = static_cast<float>(0.02 * random.normal());
        break;
    }
  }
}

}  // namespace kindred::network
