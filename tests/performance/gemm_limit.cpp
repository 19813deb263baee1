#include "gemm_limit.hpp"

#include <ATen/ATen.h>

#include <chrono>
#include <vector>

namespace kindred {

double gemm_limit(const std::int64_t* widths, int layers, std::int64_t batch, double seconds) {
  const c10::InferenceMode guard;
  struct Operands {
    at::Tensor x, w, y, dx, dw;
  };
  std::vector<Operands> operands;
  for (int l = 0; l < layers; ++l)
    operands.push_back({at::rand({batch, widths[l]}), at::rand({widths[l], widths[l + 1]}),
                        at::empty({batch, widths[l + 1]}), at::empty({batch, widths[l]}),
                        at::empty({widths[l], widths[l + 1]})});
  const auto step = [&] {
    for (auto& o : operands) at::mm_out(o.y, o.x, o.w);
    for (int l = layers - 1; l >= 0; --l) {
      auto& o = operands[static_cast<std::size_t>(l)];
      at::mm_out(o.dw, o.x.t(), o.y);
      if (l > 0) at::mm_out(o.dx, o.y, o.w.t());
    }
  };
  step();
  std::int64_t steps = 0;
  const auto start = std::chrono::steady_clock::now();
  double elapsed = 0;
  while (elapsed < seconds) {
    for (int i = 0; i < 20; ++i, ++steps) step();
    elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }
  return static_cast<double>(steps * batch) / elapsed;
}

}  // namespace kindred
