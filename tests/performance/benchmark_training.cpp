// Trains one run of the default network of an architecture on MNIST-shaped images, evaluation, curves and
// statistics included, and prints, as JSON, the images per second, and those of the matrix products alone.
// training.py runs it beside PyTorch.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "gemm_limit.hpp"
#include "train/run_pack.hpp"

namespace {

using namespace kindred;

/// Noise, and labels at random: what is learned does not change the time.
struct Images {
  explicit Images(std::int64_t count) : images(count * 784), labels(count) {
    RandomStream random(1, Stream::sampling);
    for (auto& pixel : images) pixel = static_cast<std::uint8_t>(random.next());
    for (auto& label : labels) label = static_cast<std::uint8_t>(random.below(10));
  }
  std::vector<std::uint8_t> images, labels;
};

sweep::Sweep one_run(const std::string& architecture, const std::string& batch, const std::string& epochs) {
  std::string text = "[train]\nbatch_size = " + batch + "\nepochs = " + epochs + "\n";
  if (architecture == "vit") text += "optimizer = \"adam\"\nlearning_rate = 1e-3\n";
  text += "[model]\narchitecture = \"" + architecture + "\"\n";
  if (architecture == "vit") text += "activation = \"gelu\"\n";
  return sweep::parse_sweep(text, "benchmark.toml");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: benchmark_training native|torch mlp|cnn|vit BATCH EPOCHS IMAGES\n");
    return 2;
  }
  const statistics::KokkosScope kokkos;
  const auto engine = train::make_engine(argv[1], "cpu");
  const auto sweep = one_run(argv[2], argv[3], argv[4]);
  const std::int64_t epochs = std::atoll(argv[4]), count = std::atoll(argv[5]);
  const Images train(count), test(count / 6);

  auto cohorts = train::make_cohorts(sweep);
  cohorts[0].probes = std::min(cohorts[0].probes, count / 6);
  const auto layout = train::population_layout(sweep, cohorts);
  statistics::Describer describer({});
  train::StopRequest stop(std::nullopt);
  train::Checkpoints checkpoints("benchmark", sweep.id(), argv[1], std::chrono::hours(24));
  Stopwatch recording;
  const train::PackContext context{
      sweep,
      cohorts[0],
      layout.cohorts[0].arrays,
      *engine,
      {{&data::dataset_info("mnist"), train.images, train.labels, test.images, test.labels},
       count,
       count / 6},
      describer,
      stop,
      checkpoints,
      recording};
  const std::vector<std::int64_t> runs = {0};
  const auto start = std::chrono::steady_clock::now();
  const auto finished = train::run_pack(context, runs);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;

  const auto batch = sweep.runs[0].integer("train.batch_size");
  std::printf("{\"images_per_second\": %.0f, \"gemm_limit\": %.0f, \"loss\": %g}\n",
              static_cast<double>(epochs * count) / elapsed.count(),
              gemm_limit(cohorts[0].network, batch, elapsed.count() / 4),
              finished->front().result.train_loss);
}
