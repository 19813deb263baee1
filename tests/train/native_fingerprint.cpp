// Trains a few small networks with the native engine and prints for each a line: its name, a hash of its
// weights and losses, and the losses. What a processor's instructions change in them shows when the lines of
// two builds differ.

#include <cinttypes>
#include <cstdio>

#include "core/hash.hpp"
#include "native_runs.hpp"
#include "train/native/native_engine.hpp"

namespace kindred::train {
namespace {

/// Each architecture with each activation and optimiser.
std::vector<NetworkCase> networks() {
  std::vector<NetworkCase> all;
  for (const auto& training : small_trainings())
    for (const char* activation : {"relu", "tanh", "gelu", "sigmoid"})
      all.push_back(with_activation(training, activation));
  return all;
}

}  // namespace
}  // namespace kindred::train

int main() {
  using namespace kindred;
  const train::FakeImages images(train::run_samples, 90);
  const auto samples = images.samples();
  for (const auto& training : train::networks()) {
    const auto runs = train::three_runs(training);
    const auto network = network::make_network(runs[0], *samples.dataset.info);
    const auto trainer = train::NativeEngine().start(network, samples, runs);
    std::vector<double> losses;
    for (std::uint32_t epoch = 0; epoch < 2; ++epoch) {
      const auto order = train::orders(runs.size(), epoch);
      train::train_epoch(*trainer, order);
      for (const auto& sums : trainer->training_sums()) losses.push_back(sums.loss);
    }
    for (const auto& sums : trainer->evaluate()) losses.push_back(sums.loss);
    Xxh64 hash;
    for (std::size_t k = 0; k < runs.size(); ++k)
      hash.update(
          std::span<const float>(train::weights_of(*trainer, static_cast<std::int64_t>(k), network.size)));
    hash.update(std::span<const double>(losses));
    std::printf("%s %016" PRIx64, training.name.c_str(), hash.digest());
    for (const double loss : losses) std::printf(" %.9g", loss);
    std::printf("\n");
  }
}
