#include "gemm_limit.hpp"

#include <ATen/ATen.h>

#include <chrono>
#include <vector>

namespace kindred {
namespace {

using namespace network;

/// x [count, rows, in] times w [count, in, out].
struct Product {
  Product(std::int64_t count, std::int64_t rows, std::int64_t in, std::int64_t out)
      : x(at::rand({count, rows, in})),
        w(at::rand({count, in, out})),
        y(at::empty({count, rows, out})),
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

}  // namespace

double gemm_limit(const Network& network, std::int64_t batch, double seconds) {
  const c10::InferenceMode guard;
  Products products{batch};
  for (const auto& layer : network.layers) std::visit(products, layer);
  const auto multiply = [](at::Tensor& out, const at::Tensor& a, const at::Tensor& b) {
    if (a.size(0) > 1) {
      at::bmm_out(out, a, b);
      return;
    }
    auto only = out[0];
    at::mm_out(only, a[0], b[0]);
  };
  const auto step = [&] {
    for (auto& p : products.all) multiply(p.y, p.x, p.w);
    for (std::size_t i = products.all.size(); i-- > 0;) {
      auto& p = products.all[i];
      multiply(p.dw, p.x.transpose(1, 2), p.y);
      if (i > 0) multiply(p.dx, p.y, p.w.transpose(1, 2));
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

}  // namespace kindred
