// Trains the default network of an architecture on MNIST-shaped images for a while and prints, as JSON, the
// images per second of the engine and of its matrix products alone. training.py runs it beside PyTorch.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "core/random.hpp"
#include "gemm_limit.hpp"
#include "train/torch/threads.hpp"
#include "train/torch/torch_engine.hpp"

int main(int argc, char** argv) {
  using namespace kindred;
  if (argc != 4) {
    std::fprintf(stderr, "usage: benchmark_training mlp|cnn|vit BATCH SECONDS\n");
    return 2;
  }
  const std::int64_t batch = std::atoll(argv[2]), count = 60000;
  const double seconds = std::atof(argv[3]);
  train::use_one_thread();
  train::keep_freed_memory();

  RandomStream random(1, Stream::sampling);
  std::vector<std::uint8_t> images(static_cast<std::size_t>(count * 784)),
      labels(static_cast<std::size_t>(count));
  for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.next());
  for (auto& label : labels) label = static_cast<std::uint8_t>(random.below(10));
  const train::Samples samples{{&data::dataset_info("mnist"), images, labels, images, labels}, count, 0};
  const std::string architecture = argv[1];
  sweep::RunSettings settings;
  settings.set("model.architecture", architecture);
  settings.set("model.hidden",
               architecture == "cnn" ? std::vector<std::int64_t>{128} : std::vector<std::int64_t>{128, 64});
  settings.set("train.batch_size", batch);
  if (architecture == "vit") {
    settings.set("train.optimizer", "adam");
    settings.set("train.learning_rate", 1e-3);
    settings.set("model.activation", "gelu");
  }
  const auto network = network::make_network(settings, *samples.dataset.info);
  const auto trainer = train::TorchEngine().start(network, samples, std::span(&settings, 1));

  std::int64_t trained = 0;
  double elapsed = 0;
  for (std::uint32_t epoch = 0; elapsed < seconds; ++epoch) {
    RandomStream order(1, Stream::order, epoch);
    const std::vector<std::vector<std::uint32_t>> orders = {random_permutation(order, count)};
    trainer->begin_epoch(orders);
    trainer->step(0, batch);  // not counted
    const auto start = std::chrono::steady_clock::now();
    const double before = elapsed;
    for (std::int64_t first = batch; first + batch <= count && elapsed < seconds; first += batch) {
      trainer->step(first, batch);
      trained += batch;
      elapsed = before + std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
  }
  const double loss = trainer->training_sums()[0].loss;
  std::printf("{\"images_per_second\": %.0f, \"gemm_limit\": %.0f, \"loss\": %g}\n",
              static_cast<double>(trained) / elapsed, gemm_limit(network, batch, seconds / 2), loss);
}
