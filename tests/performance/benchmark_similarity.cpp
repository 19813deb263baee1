// How long each family of metrics takes for all pairs of a cohort's runs, without the file's writing: making
// the features (reading, sorting, evaluating the networks) and comparing the pairs, as one rank does it, in
// seconds of the processor. Features are made twice and the second time counts, with the file and the
// memory warm, as the arrays of those beside them are. Prints JSON with the machine's matrix products per
// second beside. similarity_peers.py runs it beside scipy and others. Arguments: a population file, the data
// folder, the most runs, and names of metrics (compare/metric.cpp).

#include <ATen/ATen.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "compare/job.hpp"
#include "compare/moment_scales.hpp"
#include "compare/tasks.hpp"
#include "parallel/environment.hpp"
#include "statistics/describe.hpp"
#include "train/torch/threads.hpp"

namespace kindred::compare {
namespace {

/// Seconds of the processor, in which other processes count little.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }
double since(double start) { return now() - start; }

/// Multiply-adds per second of large products in fp32.
double product_rate() {
  const c10::InferenceMode guard;
  constexpr std::int64_t n = 1024;
  const auto a = at::rand({n, n}), b = at::rand({n, n});
  auto c = at::empty({n, n});
  double best = 0;
  for (int repeat = 0; repeat < 10; ++repeat) {
    constexpr int products = 4;  // so that the clock's microseconds do not matter
    const double start = now();
    for (int k = 0; k < products; ++k) at::mm_out(c, a, b);
    best = std::max(best, static_cast<double>(products * n * n * n) / since(start));
  }
  return best;
}

/// The unit of all the weights together, or of the penultimate representation, or of the first layer.
const Unit& largest_unit(const Job& job) {
  const auto size = [&](const Unit& unit) {
    const auto& cohort = job.cohorts[unit.left];
    const auto slice = static_cast<std::size_t>(unit.left_slice);
    if (unit.metrics.front().subject == Subject::representations) {
      const auto names = cohort.network(0).representations();
      return static_cast<std::int64_t>(names[slice] == "penultimate");
    }
    if (unit.metrics.front().subject == Subject::weights) return cohort.parameters[slice].size;
    return -unit.left_slice;
  };
  return *std::max_element(job.units.begin(), job.units.end(),
                           [&](const Unit& a, const Unit& b) { return size(a) < size(b); });
}

/// All metrics of one family, of the first `most` runs.
void measure(const CompareOptions& options, const store::PopulationFile& file, std::int64_t most,
             const parallel::Communicator& world) {
  Job job = make_job(options, file);
  fill_moment_scales(job, file);
  const Images images(job.datasets(), options.data_folder, world);
  const Unit& unit = largest_unit(job);
  const auto runs = std::min(most, static_cast<std::int64_t>(job.cohorts[unit.left].runs.size()));
  const auto source = job.source(unit.left, unit.left_slice, unit.probes, file, &images);
  std::unique_ptr<Comparison> comparison;
  std::unique_ptr<Features> features;
  double start = 0, load = 0;
  for (int repeat = 0; repeat < 2; ++repeat) {
    features.reset();
    start = now();
    comparison = make_comparison(unit.metrics, source, source, unit.scale.get());
    features = std::make_unique<Features>(*comparison, Side::left, 0, runs, job.valid[unit.left]);
    load = since(start);
  }
  start = now();
  const auto values = compute_tile(*comparison, unit.metrics, *features, nullptr);
  const double pairs = since(start);
  double sum = 0;
  for (const auto& matrix : values)
    for (const float value : matrix) sum += std::isnan(value) ? 0 : static_cast<double>(value);
  std::printf(
      "{\"metrics\": \"%s\", \"runs\": %ld, \"length\": %ld, \"load\": %g, \"pairs\": %g, \"sum\": %g}\n",
      options.metrics.c_str(), static_cast<long>(runs), static_cast<long>(comparison->length()), load, pairs,
      sum);
  std::fflush(stdout);
}

}  // namespace
}  // namespace kindred::compare

int main(int argc, char** argv) {
  using namespace kindred::compare;
  if (argc < 5) {
    std::fprintf(stderr, "usage: benchmark_similarity POPULATION DATA RUNS METRICS ...\n");
    return EXIT_FAILURE;
  }
  const kindred::parallel::Environment mpi(argc, argv);
  const kindred::statistics::KokkosScope kokkos;
  kindred::train::use_one_thread();
  const auto world = kindred::parallel::Communicator::world();
  std::printf("{\"product_rate\": %g}\n", product_rate());
  const kindred::store::PopulationFile file(argv[1]);
  CompareOptions options;
  options.population = argv[1];
  options.data_folder = argv[2];
  for (int i = 4; i < argc; ++i) {
    options.metrics = argv[i];
    measure(options, file, std::atoll(argv[3]), world);
  }
}
