// The engine's matrix product, convolution and attention beside libraries that could do the same, on one
// core: prints GFLOP/s of each, medians of turns taken one after another, and the most that multiply-adds
// alone reach.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/native/CPUBlas.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "train/native/buffer.hpp"
#include "train/native/lanes.hpp"
#include "train/native/layers.hpp"
#include "train/native/product.hpp"
#include "train/torch/pool.hpp"

#ifdef KINDRED_HAS_LIBXSMM
#include <libxsmm.h>
#endif

// LibTorch exports it, but declares it nowhere.
extern "C" void sgemm_(const char*, const char*, const int*, const int*, const int*, const float*,
                       const float*, const int*, const float*, const int*, const float*, float*, const int*);

namespace {

using namespace kindred;
using train::native::Buffer;
using Clock = std::chrono::steady_clock;

constexpr int turns = 15;

double seconds_of(const std::function<void()>& work) {
  std::int64_t calls = 0;
  const auto start = Clock::now();
  std::chrono::duration<double> elapsed{};
  for (; elapsed.count() < 0.005; elapsed = Clock::now() - start, ++calls) work();
  return elapsed.count() / static_cast<double>(calls);
}

/// Independent multiply-adds in registers.
double multiply_adds() {
  using train::native::Lanes;
  constexpr int chains = 12, steps = 100000;
  volatile float seed = 1e-9f;
  const Lanes factor = float(seed);
  Lanes sums[chains];
  for (int i = 0; i < chains; ++i) sums[i] = static_cast<float>(i);
  const auto start = Clock::now();
  for (int i = 0; i < steps; ++i)
#pragma GCC unroll 12
    for (auto& sum : sums) sum = sum * factor + factor;
  const std::chrono::duration<double> elapsed = Clock::now() - start;
  Lanes total = 0.0f;
  for (const auto& sum : sums) total += sum;
  volatile float sink = total[0];
  static_cast<void>(sink);
  return 2.0 * train::native::lanes * chains * steps / elapsed.count();
}

struct Way {
  std::string name;
  std::function<void()> work;
};

/// A line: every way's speed, in turns.
void compare(const std::string& what, double operations, const std::vector<Way>& ways) {
  std::vector<std::vector<double>> speeds(ways.size());
  std::vector<double> peaks;
  for (const auto& way : ways) way.work();
  for (int turn = 0; turn < turns; ++turn) {
    peaks.push_back(multiply_adds());
    for (std::size_t i = 0; i < ways.size(); ++i) speeds[i].push_back(operations / seconds_of(ways[i].work));
  }
  const auto median = [](std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2] / 1e9;
  };
  const double own = median(speeds[0]);
  std::printf("%-34s peak %4.0f; own %4.0f", what.c_str(), median(peaks), own);
  for (std::size_t i = 1; i < ways.size(); ++i) {
    const double other = median(speeds[i]);
    std::printf("; %s %4.0f (own %.2f times)", ways[i].name.c_str(), other, own / other);
  }
  std::printf("\n");
  std::fflush(stdout);
}

Buffer random_buffer(std::int64_t size) {
  Buffer buffer(size);
  const auto values = at::rand({size});
  std::copy_n(values.const_data_ptr<float>(), size, buffer.data());
  return buffer;
}

/// Columns first, as BLAS has it: the transposed product.
void blas(std::int64_t rows, std::int64_t columns, std::int64_t depth, const float* a, bool transposed,
          const float* b, float* c) {
  const int m = static_cast<int>(columns), n = static_cast<int>(rows), k = static_cast<int>(depth);
  const float one = 1;
  sgemm_("N", transposed ? "T" : "N", &m, &n, &k, &one, b, &m, a, transposed ? &n : &k, &one, c, &m);
}

/// C [rows, columns] += A B; `transposed`: A is kept as [depth, rows], as the gradient by weights has it.
void compare_product(const std::string& what, std::int64_t rows, std::int64_t columns, std::int64_t depth,
                     bool transposed) {
  auto a = random_buffer(rows * depth), b = random_buffer(depth * columns), c = random_buffer(rows * columns);
  std::vector<Way> ways = {{"own",
                            [&] {
                              train::native::multiply({.rows = rows,
                                                       .columns = columns,
                                                       .depth = depth,
                                                       .a = a,
                                                       .a_row = transposed ? 1 : depth,
                                                       .a_step = transposed ? rows : 1,
                                                       .b = b,
                                                       .b_step = columns,
                                                       .c = c,
                                                       .c_row = columns,
                                                       .start = c,
                                                       .start_row = columns});
                            }},
                           {"LibTorch's BLAS", [&] { blas(rows, columns, depth, a, transposed, b, c); }}};
  if (!transposed)
    ways.push_back({"oneDNN brgemm", [&] {
                      at::native::cpublas::brgemm(rows, columns, depth, depth, columns, columns, true,
                                                  a.data(), b.data(), c.data());
                    }});
#ifdef KINDRED_HAS_LIBXSMM
  if (!transposed) {
    const int m = static_cast<int>(columns), n = static_cast<int>(rows), k = static_cast<int>(depth);
    if (const auto kernel =
            libxsmm_smmdispatch(m, n, k, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr))
      ways.push_back({"libxsmm", [&, kernel] { kernel(b, a, c); }});
  }
#endif
  const std::string shape =
      " " + std::to_string(rows) + "x" + std::to_string(columns) + "x" + std::to_string(depth);
  compare(what + shape, 2.0 * static_cast<double>(rows * columns * depth), ways);
}

/// Forward and backward, by all inputs.
void compare_convolution(std::int64_t images, network::Convolve layer) {
  const std::int64_t taps = layer.in * layer.kernel * layer.kernel, pixels = layer.height * layer.width;
  auto weights = random_buffer(taps * layer.out), sums = Buffer(taps * layer.out),
       bias = random_buffer(layer.out), bias_sums = Buffer(layer.out),
       x = random_buffer(images * pixels * layer.in), dy = random_buffer(images * pixels / 4 * layer.out),
       dx = Buffer(images * pixels * layer.in);
  layer.weight = 0;
  layer.bias = 1;
  const auto own = train::native::make_convolve(
      layer, false, true,
      {.capacity = images,
       .rows = 1,
       .values = pixels * layer.in,
       .weights =
           [&](int p) {
             return p == 0 ? train::native::Weights{weights, sums} : train::native::Weights{bias, bias_sums};
           },
       .identity = 0});
  const auto last = at::MemoryFormat::ChannelsLast;
  const auto image =
      at::rand({images, layer.in, layer.height, layer.width}).contiguous(last).requires_grad_();
  const auto kernels =
      at::rand({layer.out, layer.in, layer.kernel, layer.kernel}).contiguous(last).requires_grad_();
  const auto shift = at::rand({layer.out}).requires_grad_();
  const auto gradient = at::rand({images, layer.out, layer.height / 2, layer.width / 2}).contiguous(last);
  compare("convolution, pooling, relu", 6.0 * static_cast<double>(images * pixels * taps * layer.out),
          {{"own",
            [&] {
              const train::native::Pass pass{images, true};
              own->forward(pass, x);
              own->backward(pass, dy, dx);
            }},
           {"oneDNN and own pooling", [&] {
              const auto out =
                  train::max_pool(at::conv2d(image, kernels, {}, 1, layer.kernel / 2), shift, true);
              torch::autograd::grad({out}, {image, kernels, shift}, {gradient});
            }}});
}

void compare_attention(std::int64_t samples, network::Attend layer) {
  auto x = random_buffer(samples * layer.tokens * 3 * layer.dim),
       dy = random_buffer(samples * layer.tokens * layer.dim),
       dx = Buffer(samples * layer.tokens * 3 * layer.dim);
  const auto own = train::native::make_attend(layer, {.capacity = samples,
                                                      .rows = layer.tokens,
                                                      .values = layer.tokens * 3 * layer.dim,
                                                      .weights = {},
                                                      .identity = 0});
  const auto head = layer.dim / layer.heads;
  const auto values = at::rand({samples, layer.tokens, 3, layer.heads, head}).requires_grad_();
  const auto gradient = at::rand({samples, layer.heads, layer.tokens, head});
  compare("attention", 12.0 * static_cast<double>(samples * layer.tokens * layer.tokens * layer.dim),
          {{"own",
            [&] {
              const train::native::Pass pass{samples, true};
              own->forward(pass, x);
              own->backward(pass, dy, dx);
            }},
           {"LibTorch's fused attention", [&] {
              const auto part = [&](std::int64_t i) { return values.select(2, i).transpose(1, 2); };
              const auto out = at::scaled_dot_product_attention(part(0), part(1), part(2));
              torch::autograd::grad({out}, {values}, {gradient});
            }}});
}

}  // namespace

int main() {
  at::set_num_threads(1);
  std::printf("GFLOP/s, fp32, one core; products are rows x columns x depth\n");
  for (const std::int64_t batch : {16, 64, 128}) {
    compare_product("dense forward", batch, 128, 784, false);
    compare_product("dense gradient", 784, 128, batch, true);
  }
  compare_product("dense forward", 64, 10, 64, false);
  compare_product("dense forward", 64, 128, 1568, false);
  compare_product("dense gradient", 1568, 128, 64, true);
  compare_product("transformer forward", 204, 192, 64, false);
  compare_product("transformer forward", 204, 64, 128, false);
  compare_product("transformer gradient", 64, 192, 204, true);
  compare_product("one head's scores", 17, 17, 16, false);
  compare_product("one head's values", 17, 16, 17, false);
  compare_convolution(64, {16, 32, 3, 14, 14, 0, 0});
  compare_attention(12, {64, 4, 17, false});
}
