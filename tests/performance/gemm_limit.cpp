#include "gemm_limit.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "train/native/product.hpp"

namespace kindred {
namespace {

using namespace network;

/// With memory behind it: the engine's products read up to a vector beyond their operands.
at::Tensor random(std::int64_t count, std::int64_t rows, std::int64_t columns) {
  const auto size = count * rows * columns;
  return at::rand({size + 16}).narrow(0, 0, size).view({count, rows, columns});
}

/// x [count, rows, in] times w [count, in, out].
struct Product {
  Product(std::int64_t count, std::int64_t rows, std::int64_t in, std::int64_t out)
      : x(random(count, rows, in)),
        w(random(count, in, out)),
        y(random(count, rows, out)),
        dx(at::empty_like(x)),
        dw(at::empty_like(w)) {}
  at::Tensor x, w, y, dx, dw;
};

/// The products of a batch, in forward order.
struct Products {
  std::int64_t batch, tokens = 1;
  std::vector<Product> all = {};

  void operator()(const Linear& l) { all.emplace_back(1, batch * tokens, l.in, l.out); }
  void operator()(const Convolve& c) {
    all.emplace_back(1, batch * c.height * c.width, c.kernel * c.kernel * c.in, c.out);
  }
  void operator()(const Embed& e) {
    tokens = e.tokens;
    all.emplace_back(1, batch * (tokens - 1), e.channels * e.patch * e.patch, e.dim);
  }
  void operator()(const Attend& a) {
    if (a.class_token_only) tokens = 1;
    all.emplace_back(batch * a.heads, tokens, a.dim / a.heads, a.tokens);
    all.emplace_back(batch * a.heads, tokens, a.tokens, a.dim / a.heads);
  }
  void operator()(const auto&) {}
};

/// Products by LibTorch's library.
void multiply(at::Tensor& out, const at::Tensor& a, const at::Tensor& b) {
  if (a.size(0) > 1) {
    at::bmm_out(out, a, b);
    return;
  }
  auto only = out[0];
  at::mm_out(only, a[0], b[0]);
}

/// By the engine's own; b's rows are contiguous.
void own_multiply(at::Tensor& out, const at::Tensor& a, const at::Tensor& b) {
  for (std::int64_t i = 0; i < a.size(0); ++i)
    train::native::multiply({.rows = a.size(1),
                             .columns = b.size(2),
                             .depth = a.size(2),
                             .a = a.const_data_ptr<float>() + i * a.stride(0),
                             .a_row = a.stride(1),
                             .a_step = a.stride(2),
                             .b = b.const_data_ptr<float>() + i * b.stride(0),
                             .b_step = b.stride(1),
                             .c = out.data_ptr<float>() + i * out.stride(0),
                             .c_row = out.stride(1)});
}

/// Images per second of all products of forward and backward, in their order.
template <class Multiply, class Transposed>
double speed(std::vector<Product>& products, std::int64_t batch, double seconds, Multiply multiply,
             Transposed transposed) {
  std::vector<at::Tensor> weights;
  for (const auto& p : products) weights.push_back(transposed(p.w));
  const auto step = [&] {
    for (auto& p : products) multiply(p.y, p.x, p.w);
    for (std::size_t i = products.size(); i-- > 0;) {
      auto& p = products[i];
      multiply(p.dw, p.x.transpose(1, 2), p.y);
      if (i > 0) multiply(p.dx, p.y, weights[i]);
    }
  };
  step();
  std::int64_t steps = 0;
  const auto start = std::chrono::steady_clock::now();
  double elapsed = 0;
  while (elapsed < seconds) {
    for (int i = 0; i < 5; ++i, ++steps) step();
    elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  return static_cast<double>(steps * batch) / elapsed;
}

}  // namespace

double gemm_limit(const Network& network, std::int64_t batch, double seconds) {
  const c10::InferenceMode guard;
  Products products{batch};
  for (const auto& layer : network.layers) std::visit(products, layer);
  const auto library = speed(products.all, batch, seconds, multiply,
                             [](const at::Tensor& w) { return w.transpose(1, 2); });
  const auto own = speed(products.all, batch, seconds, own_multiply,
                         [](const at::Tensor& w) { return random(w.size(0), w.size(2), w.size(1)); });
  return std::max(library, own);
}

}  // namespace kindred
