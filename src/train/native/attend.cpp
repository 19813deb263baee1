#include <algorithm>
#include <cmath>
#include <limits>

#include "train/native/buffer.hpp"
#include "train/native/functions.hpp"
#include "train/native/lanes.hpp"
#include "train/native/layers.hpp"
#include "train/native/product.hpp"
#include "train/native/rows.hpp"

namespace kindred::train::native {
namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// softmax(Q Kᵀ / sqrt(head size)) V for every sample and head. Rows over tokens are whole vectors; what lies
/// beyond the tokens counts for nothing.
class AttendLayer : public Layer {
 public:
  AttendLayer(const network::Attend& layer, const Site& site)
      : heads_(layer.heads),
        head_(layer.dim / layer.heads),
        dim_(layer.dim),
        tokens_(layer.tokens),
        queries_(layer.class_token_only ? 1 : layer.tokens),
        stride_((tokens_ + lanes - 1) / lanes * lanes),
        scale_(1.0f / std::sqrt(static_cast<float>(head_))),
        y_(site.capacity * queries_ * dim_),
        shares_(site.capacity * heads_ * queries_ * stride_),
        transposed_(head_ * stride_),
        slopes_(queries_ * stride_),
        beyond_(stride_) {
    std::fill(beyond_ + tokens_, beyond_ + stride_, -infinity);
  }

  float* forward(const Pass& pass, float* x) override {
    x_ = x;
    each_head(pass, [&](const Head& h) {
      transpose(h.keys, 3 * dim_, tokens_, head_, transposed_, stride_);
      multiply({.rows = queries_,
                .columns = stride_,
                .depth = head_,
                .a = h.queries,
                .a_row = 3 * dim_,
                .a_step = 1,
                .b = transposed_,
                .b_step = stride_,
                .c = h.shares,
                .c_row = stride_});
      for (std::int64_t i = 0; i < queries_; ++i) softmax(h.shares + i * stride_);
      multiply({.rows = queries_,
                .columns = head_,
                .depth = tokens_,
                .a = h.shares,
                .a_row = stride_,
                .a_step = 1,
                .b = h.values,
                .b_step = 3 * dim_,
                .c = y_ + h.output,
                .c_row = dim_});
    });
    return y_;
  }

  float* backward(const Pass& pass, float* dy, float* dx) override {
    each_head(pass, [&](const Head& h) {
      const float* output = dy + h.output;
      float* const queries = dx + (h.queries - x_);
      float *const keys = queries + dim_, *const values = keys + dim_;
      transpose(h.values, 3 * dim_, tokens_, head_, transposed_, stride_);
      multiply({.rows = queries_,
                .columns = stride_,
                .depth = head_,
                .a = output,
                .a_row = dim_,
                .a_step = 1,
                .b = transposed_,
                .b_step = stride_,
                .c = slopes_,
                .c_row = stride_});
      for (std::int64_t i = 0; i < queries_; ++i)
        softmax_backward(h.shares + i * stride_, slopes_ + i * stride_);
      multiply({.rows = queries_,
                .columns = head_,
                .depth = tokens_,
                .a = slopes_,
                .a_row = stride_,
                .a_step = 1,
                .b = h.keys,
                .b_step = 3 * dim_,
                .c = queries,
                .c_row = 3 * dim_});
      for (std::int64_t i = queries_; i < tokens_; ++i) std::fill_n(queries + i * 3 * dim_, head_, 0.0f);
      by_token(slopes_, h.queries, 3 * dim_, keys);
      by_token(h.shares, output, dim_, values);
    });
    return dx;
  }

 private:
  struct Head {
    const float *queries, *keys, *values;  // of token 0
    float* shares;                         // [queries, stride]: of each query, what it takes of each token
    std::int64_t output;                   // where its values of the first query are in y
  };

  template <class Visit>
  void each_head(const Pass& pass, Visit visit) {
    for (std::int64_t sample = 0; sample < pass.samples; ++sample)
      for (std::int64_t h = 0; h < heads_; ++h) {
        const float* queries = x_ + sample * tokens_ * 3 * dim_ + h * head_;
        visit(Head{queries, queries + dim_, queries + 2 * dim_,
                   shares_ + (sample * heads_ + h) * queries_ * stride_,
                   sample * queries_ * dim_ + h * head_});
      }
  }

  /// out [tokens, head] in steps of 3 dim = the transpose of `by_query` [queries, stride] times rows
  /// [queries, head].
  void by_token(const float* by_query, const float* rows, std::int64_t step, float* out) const {
    multiply({.rows = tokens_,
              .columns = head_,
              .depth = queries_,
              .a = by_query,
              .a_row = 1,
              .a_step = stride_,
              .b = rows,
              .b_step = step,
              .c = out,
              .c_row = 3 * dim_});
  }

  void softmax(float* row) const {
    Lanes largest = -infinity;
    for (std::int64_t t = 0; t < stride_; t += lanes) {
      const Lanes scaled = load(row + t) * scale_ + load(beyond_.data() + t);
      store(scaled, row + t);
      largest = std::experimental::max(largest, scaled);
    }
    const float most = std::experimental::hmax(largest);
    for (std::int64_t t = 0; t < stride_; ++t) row[t] = exponential(row[t] - most);
    const float share = 1.0f / sum_lanes(stride_, [&](auto at) { return at(row); });
    for (std::int64_t t = 0; t < stride_; t += lanes) store(load(row + t) * share, row + t);
  }

  /// `slopes`: by the shares, and then by the products before the softmax.
  void softmax_backward(const float* shares, float* slopes) const {
    const float mean = sum_lanes(stride_, [&](auto at) { return at(shares) * at(slopes); });
    for (std::int64_t t = 0; t < stride_; t += lanes)
      store(load(shares + t) * (load(slopes + t) - mean) * scale_, slopes + t);
  }

  std::int64_t heads_, head_, dim_, tokens_, queries_, stride_;
  float scale_;
  Buffer y_, shares_, transposed_, slopes_;
  Buffer beyond_;  // added to scores: 0, and where there is no token -infinity
  const float* x_ = nullptr;
};

}  // namespace

std::unique_ptr<Layer> make_attend(const network::Attend& layer, const Site& site) {
  return std::make_unique<AttendLayer>(layer, site);
}

}  // namespace kindred::train::native
