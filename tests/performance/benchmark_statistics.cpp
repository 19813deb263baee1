// How fast the statistics kernels go through weights, beside what reading them alone takes, from main memory
// and from the second-level cache. statistics_peers.py runs it beside numpy and scipy. All results are
// consumed. Argument: the number of weights of the large buffer, after Google Benchmark's own.

#include <benchmark/benchmark.h>

#include <Kokkos_Core.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>
#include <new>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "statistics/describe.hpp"
#include "statistics/quantiles.hpp"
#include "statistics/summary_kernel.hpp"

namespace kindred::statistics {
namespace {

using Space = Kokkos::DefaultHostExecutionSpace;
constexpr std::size_t layer_size = 128 * 784;

/// Of the alignment that parameter buffers have.
template <class T>
struct Aligned {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};
  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), alignment)); }
  void deallocate(T* memory, std::size_t) { ::operator delete(memory, alignment); }
  bool operator==(const Aligned&) const = default;
};
using Weights = std::vector<float, Aligned<float>>;

/// Normal values of standard deviation 0.05, the first four million of them again and again.
const Weights& weights(std::size_t count) {
  static std::map<std::size_t, Weights> made;
  Weights& values = made[count];
  if (!values.empty()) return values;
  values.resize(count);
  RandomStream random(1, Stream::sampling);
  const std::size_t period = std::min(count, std::size_t{1} << 22);
  for (std::size_t i = 0; i < period; ++i) values[i] = static_cast<float>(0.05 * random.normal());
  for (std::size_t i = period; i < count; ++i) values[i] = values[i - period];
  return values;
}

Segment segment(const Weights& values) { return {values.data(), static_cast<std::int64_t>(values.size())}; }

void count_bytes(benchmark::State& state, std::size_t values) {
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * values * sizeof(float)));
}

constexpr std::size_t stretch = 1024;

/// The sum of all whole groups of eight stretches, which are read side by side so that additions do not wait
/// for each other.
float read(const Weights& values) {
  float sum = 0;
  for (std::size_t first = 0; first + 8 * stretch <= values.size(); first += 8 * stretch) {
    const float* const v = values.data() + first;
    float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3, s4, s5, s6, s7)
    for (std::size_t i = 0; i < stretch; ++i) {
      s0 += v[i];
      s1 += v[i + stretch];
      s2 += v[i + 2 * stretch];
      s3 += v[i + 3 * stretch];
      s4 += v[i + 4 * stretch];
      s5 += v[i + 5 * stretch];
      s6 += v[i + 6 * stretch];
      s7 += v[i + 7 * stretch];
    }
    sum += ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7));
  }
  return sum;
}

void bench_read(benchmark::State& state, std::size_t count) {
  const auto& values = weights(count);
  for (auto _ : state) benchmark::DoNotOptimize(read(values));
  count_bytes(state, count / (8 * stretch) * (8 * stretch));
}

void bench_moments(benchmark::State& state, std::size_t count) {
  const auto& values = weights(count);
  for (auto _ : state) benchmark::DoNotOptimize(moments_of(values));
  count_bytes(state, count);
}

std::vector<double> edges() {
  auto result = histogram_edges({});
  result.erase(result.begin());
  return result;
}

void bench_histogram(benchmark::State& state, std::size_t count) {
  const Segment all = segment(weights(count));
  const auto blocks = make_blocks(std::span(&all, 1));
  Kokkos::View<Block<float>*, Space> there("blocks", blocks.size());
  copy_in(there, std::span(blocks));
  RowHistograms<Space, float> histograms(edges());
  std::vector<std::uint32_t> counts(edges().size() + 1);
  for (auto _ : state) {
    const auto kernel = histograms.kernel(there, blocks.size(), 1);
    Kokkos::parallel_for("benchmark", Range<Space>(0, kernel.workers), kernel);
    histograms.collect(counts);
    benchmark::DoNotOptimize(counts.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, count);
}

void bench_summary(benchmark::State& state, std::size_t count) {
  const Segment all = segment(weights(count));
  Summariser<Space, float> summariser(edges());
  std::vector<std::uint32_t> counts(edges().size() + 1);
  for (auto _ : state) {
    Moments moments;
    summariser.compute(std::span(&all, 1), std::span(&moments, 1), counts);
    benchmark::DoNotOptimize(moments);
    benchmark::DoNotOptimize(counts.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, count);
}

/// Two rows, of a network of one parameter: the parameter's and the network's.
void bench_quantiles(benchmark::State& state, const Weights& values) {
  const Segment all = segment(values);
  const std::vector<Moments> rows(2, moments_of(values));
  const auto probabilities = quantile_probabilities({});
  Quantiles<float> quantiles(probabilities);
  std::vector<float> out(2 * probabilities.size());
  for (auto _ : state) {
    quantiles.compute(std::span(&all, 1), rows, out);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, 2 * values.size());
  state.counters["rows"] = 2;
}

void bench_outlier(benchmark::State& state, std::size_t count) {
  auto values = weights(count);
  values[count / 2] = 1e30f;
  bench_quantiles(state, values);
}

/// Between 784 input nodes and 128 of a layer, with a bias.
void bench_node_strength(benchmark::State& state) {
  const auto &weight = weights(layer_size), &bias = weights(128);
  const std::vector<Segment> segments = {segment(weight), segment(bias)};
  const Structure structure{{{0, 1, 128, 784, 1, 784, 0}}, {784, 128}};
  NodeSums sums;
  NodeStrengths strengths;
  for (auto _ : state) {
    sums.compute<float>(segments, Memory::host, structure, strengths);
    benchmark::DoNotOptimize(strengths.total.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, layer_size);
}

/// Everything but the spectra, of a dense network 784-128-64-10: 109,386 weights in six parameters.
void bench_network(benchmark::State& state) {
  std::vector<Segment> segments;
  Structure structure{{}, {784}};
  std::int64_t in = 784, nodes = 784, total = 0;
  for (const std::int64_t out : {128, 64, 10}) {
    structure.matrices.push_back({segments.size(), segments.size() + 1, out, in, 1, nodes, nodes - in});
    structure.layers.push_back(out);
    for (const std::int64_t size : {out * in, out}) {
      segments.push_back(segment(weights(static_cast<std::size_t>(size))));
      total += size;
    }
    nodes += out;
    in = out;
  }
  Describer describer(DescribeOptions{});
  NodeSums sums;
  Description description;
  for (auto _ : state) {
    describer.describe(segments, Memory::host, {}, description);
    sums.compute<float>(segments, Memory::host, structure, description.nodes);
    benchmark::DoNotOptimize(description.moments.data());
    benchmark::DoNotOptimize(description.quantiles.data());
    benchmark::DoNotOptimize(description.nodes.total.data());
    benchmark::ClobberMemory();
  }
  count_bytes(state, static_cast<std::size_t>(total));
}

void add(const std::string& name, void (*bench)(benchmark::State&, std::size_t), std::size_t count) {
  benchmark::RegisterBenchmark((name + "/" + std::to_string(count)).c_str(), bench, count)
      ->Unit(benchmark::kMillisecond);
}

void add_all(std::size_t large) {
  for (const std::size_t count : {large, layer_size}) {
    add("read", bench_read, count);
    add("moments", bench_moments, count);
    add("histogram", bench_histogram, count);
    add("summary", bench_summary, count);
    const std::size_t sorted = std::min(count, std::size_t{10'000'000});
    add(
        "quantiles", [](benchmark::State& s, std::size_t n) { bench_quantiles(s, weights(n)); }, sorted);
    add("quantiles_outlier", bench_outlier, sorted);
  }
  benchmark::RegisterBenchmark("node_strength", bench_node_strength)->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark("network", bench_network)->Unit(benchmark::kMillisecond);
}

}  // namespace
}  // namespace kindred::statistics

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const kindred::statistics::KokkosScope kokkos;
  kindred::statistics::add_all(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 250'000'000);
  benchmark::RunSpecifiedBenchmarks();
}
