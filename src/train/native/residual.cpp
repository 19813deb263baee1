#include <algorithm>

#include "train/native/buffer.hpp"
#include "train/native/layers.hpp"

namespace kindred::train::native {

struct Residual {
  std::int64_t rows, size;    // vectors of a sample, and values of a vector
  Buffer dy;                  // what the join saw coming back
  const float* x = nullptr;   // what the branch saw
  std::int64_t added = rows;  // vectors of a sample that the join sees, the first ones
};

namespace {

/// to[i] += from[i] for `rows` rows of `size`, each with its own stride.
void add(const float* from, std::int64_t from_stride, std::int64_t rows, std::int64_t size, float* to,
         std::int64_t to_stride) {
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* __restrict in = from + row * from_stride;
    float* __restrict out = to + row * to_stride;
    for (std::int64_t i = 0; i < size; ++i) out[i] += in[i];
  }
}

class Branch : public Layer {
 public:
  explicit Branch(std::shared_ptr<Residual> residual) : residual_(std::move(residual)) {}
  float* forward(const Pass&, float* x) override {
    residual_->x = x;
    return x;
  }
  float* backward(const Pass& pass, float* dy, float*) override {
    const auto& r = *residual_;
    add(r.dy.data(), r.added * r.size, pass.samples, r.added * r.size, dy, r.rows * r.size);
    return dy;
  }

 private:
  std::shared_ptr<Residual> residual_;
};

class Join : public Layer {
 public:
  Join(std::shared_ptr<Residual> residual, std::int64_t rows) : residual_(std::move(residual)) {
    residual_->added = rows;
  }
  float* forward(const Pass& pass, float* x) override {
    const auto& r = *residual_;
    add(r.x, r.rows * r.size, pass.samples, r.added * r.size, x, r.added * r.size);
    return x;
  }
  float* backward(const Pass& pass, float* dy, float*) override {
    std::copy_n(dy, pass.samples * residual_->added * residual_->size, residual_->dy.data());
    return dy;
  }

 private:
  std::shared_ptr<Residual> residual_;
};

}  // namespace

std::shared_ptr<Residual> make_residual(const Site& site) {
  return std::make_shared<Residual>(
      Residual{site.rows, site.values / site.rows, Buffer(site.capacity * site.values)});
}

std::unique_ptr<Layer> make_branch(std::shared_ptr<Residual> residual) {
  return std::make_unique<Branch>(std::move(residual));
}

std::unique_ptr<Layer> make_join(std::shared_ptr<Residual> residual, const Site& site) {
  return std::make_unique<Join>(std::move(residual), site.rows);
}

}  // namespace kindred::train::native
