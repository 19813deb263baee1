#include "train/image_stage.hpp"

#include <algorithm>
#include <array>
#include <experimental/simd>
#include <vector>

#include "train/pool_lanes.hpp"

namespace kindred::train {
namespace {

namespace simd = std::experimental;
constexpr int lanes = 16;  // output channels at a time
constexpr int pixels = 8;  // of two windows: enough independent sums to keep the multipliers busy
template <class T>
using Vector = simd::fixed_size_simd<T, lanes>;

// Pixel p of two windows side by side, the first window's four before the second's.
constexpr int row_of(int p) { return p / 2 % 2; }
constexpr int column_of(int p) { return p % 2 + p / 4 * 2; }

std::int64_t padded(std::int64_t channels) { return (channels + lanes - 1) / lanes * lanes; }

/// One image with its zero border, and where the taps and the pixels of two windows are in it.
template <class T>
class PaddedImage {
 public:
  explicit PaddedImage(const ImageStage& s)
      : stage_(s),
        border_(s.kernel / 2),
        // A column beyond the border: the second of two windows may be one too many.
        row_(s.width + 2 * border_ + 2),
        plane_(row_ * (s.height + 2 * border_)),
        values_(static_cast<std::size_t>(plane_ * s.in + row_)) {
    for (std::int64_t c = 0; c < s.in; ++c)
      for (std::int64_t y = 0; y < s.kernel; ++y)
        for (std::int64_t x = 0; x < s.kernel; ++x) taps_.push_back(c * plane_ + y * row_ + x);
  }

  void load(const T* image) {
    for (std::int64_t c = 0; c < stage_.in; ++c)
      for (std::int64_t y = 0; y < stage_.height; ++y, image += stage_.width)
        std::copy_n(image, stage_.width, values_.begin() + c * plane_ + (y + border_) * row_ + border_);
  }
  const std::vector<std::int64_t>& taps() const { return taps_; }
  /// The first taps of window (i, j)'s upper and lower pixels; its right neighbour's follow.
  std::array<const T*, 2> first_taps(std::int64_t i, std::int64_t j) const {
    const T* upper = values_.data() + 2 * i * row_ + 2 * j;
    return {upper, upper + row_};
  }

 private:
  const ImageStage& stage_;
  std::int64_t border_, row_, plane_;
  std::vector<T> values_;
  std::vector<std::int64_t> taps_;
};

/// Rows of `channels` values as rows of a multiple of the lanes, the rest 0; and back, added.
template <class T>
std::vector<T> widened(const T* rows, std::int64_t count, std::int64_t channels) {
  const std::int64_t width = padded(channels);
  std::vector<T> wide(static_cast<std::size_t>(count * width));
  for (std::int64_t r = 0; r < count; ++r)
    std::copy_n(rows + r * channels, channels, wide.begin() + r * width);
  return wide;
}

template <class T>
void add_narrowed(const std::vector<T>& wide, std::int64_t count, std::int64_t channels, T* rows) {
  const std::int64_t width = padded(channels);
  for (std::int64_t r = 0; r < count; ++r)
    for (std::int64_t c = 0; c < channels; ++c)
      rows[r * channels + c] += wide[static_cast<std::size_t>(r * width + c)];
}

/// Copies `count` values, which most often are all the lanes: then in one instruction.
template <class T>
void copy_lanes(const T* from, std::int64_t count, T* to) {
  if (count == lanes)
    std::copy_n(from, lanes, to);
  else
    std::copy_n(from, count, to);
}

/// Calls visit(window row, first window, windows (2 or 1), offset of the first's output) over an image.
template <class Visit>
void each_pair(const ImageStage& s, std::int64_t image, Visit visit) {
  const std::int64_t down = s.height / 2, across = s.width / 2;
  for (std::int64_t i = 0; i < down; ++i)
    for (std::int64_t j = 0; j < across; j += 2)
      visit(i, j, static_cast<int>(std::min<std::int64_t>(2, across - j)),
            ((image * down + i) * across + j) * s.out);
}

}  // namespace

template <class T>
void image_stage(const ImageStage& s, const T* images, const T* weights, const T* bias, T* out,
                 std::uint8_t* chosen) {
  PaddedImage<T> padded_image(s);
  const auto wide_weights = widened(weights, s.taps(), s.out);
  const auto wide_bias = widened(bias, 1, s.out);
  const std::int64_t width = padded(s.out);
  for (std::int64_t n = 0; n < s.images; ++n) {
    padded_image.load(images + n * s.in * s.height * s.width);
    each_pair(s, n, [&](std::int64_t i, std::int64_t j, int windows, std::int64_t at) {
      const auto first = padded_image.first_taps(i, j);
      for (std::int64_t c = 0; c < s.out; c += lanes) {
        Vector<T> sums[pixels] = {};
        const T* weight = wide_weights.data() + c;
        for (const auto tap : padded_image.taps()) {
          const Vector<T> w(weight, simd::element_aligned);
          weight += width;
          const T *const upper = first[0] + tap, *const lower = first[1] + tap;
#pragma GCC unroll 8
          for (int p = 0; p < pixels; ++p) sums[p] += (row_of(p) ? lower : upper)[column_of(p)] * w;
        }
        T values[pixels][lanes], pooled[lanes];
        std::uint8_t which[lanes];
        for (int p = 0; p < pixels; ++p) sums[p].copy_to(values[p], simd::element_aligned);
        const std::int64_t count = std::min<std::int64_t>(lanes, s.out - c);
        for (int w = 0; w < windows; ++w) {
          const T* const four[4] = {values[4 * w], values[4 * w + 1], values[4 * w + 2], values[4 * w + 3]};
          pool_lanes<lanes>(four, wide_bias.data() + c, s.with_relu, pooled, which);
          copy_lanes(pooled, count, out + at + w * s.out + c);
          copy_lanes(which, count, chosen + at + w * s.out + c);
        }
      }
    });
  }
}

template <class T>
void image_stage_backward(const ImageStage& s, const T* images, const T* gradient, const std::uint8_t* chosen,
                          T* weights_gradient, T* bias_gradient) {
  PaddedImage<T> padded_image(s);
  const std::int64_t width = padded(s.out);
  std::vector<T> weight_sums(static_cast<std::size_t>(s.taps() * width)),
      bias_sums(static_cast<std::size_t>(width));
  for (std::int64_t n = 0; n < s.images; ++n) {
    padded_image.load(images + n * s.in * s.height * s.width);
    each_pair(s, n, [&](std::int64_t i, std::int64_t j, int windows, std::int64_t at) {
      const auto first = padded_image.first_taps(i, j);
      for (std::int64_t c = 0; c < s.out; c += lanes) {
        T values[pixels][lanes], pooled[lanes];
        std::uint8_t which[lanes];
        const std::int64_t count = std::min<std::int64_t>(lanes, s.out - c);
        if (windows < 2) std::fill_n(values[4], 4 * lanes, T(0));
        if (count < lanes) {
          std::fill_n(pooled, lanes, T(0));
          std::fill_n(which, lanes, no_pixel);
        }
        for (int w = 0; w < windows; ++w) {
          copy_lanes(gradient + at + w * s.out + c, count, pooled);
          copy_lanes(chosen + at + w * s.out + c, count, which);
          T* const four[4] = {values[4 * w], values[4 * w + 1], values[4 * w + 2], values[4 * w + 3]};
          unpool_lanes<lanes>(pooled, which, four, bias_sums.data() + c);
        }
        Vector<T> gradients[pixels];
        for (int p = 0; p < pixels; ++p) gradients[p].copy_from(values[p], simd::element_aligned);
        T* sums = weight_sums.data() + c;
        for (const auto tap : padded_image.taps()) {
          // Two sums, so that an addition need not wait for the one before.
          Vector<T> even(sums, simd::element_aligned), odd = T(0);
          const T *const upper = first[0] + tap, *const lower = first[1] + tap;
#pragma GCC unroll 4
          for (int p = 0; p < pixels; p += 2) {
            const T* row = row_of(p) ? lower : upper;
            even += row[column_of(p)] * gradients[p];
            odd += row[column_of(p + 1)] * gradients[p + 1];
          }
          (even + odd).copy_to(sums, simd::element_aligned);
          sums += width;
        }
      }
    });
  }
  add_narrowed(weight_sums, s.taps(), s.out, weights_gradient);
  add_narrowed(bias_sums, 1, s.out, bias_gradient);
}

template void image_stage(const ImageStage&, const float*, const float*, const float*, float*, std::uint8_t*);
template void image_stage(const ImageStage&, const double*, const double*, const double*, double*,
                          std::uint8_t*);
template void image_stage_backward(const ImageStage&, const float*, const float*, const std::uint8_t*, float*,
                                   float*);
template void image_stage_backward(const ImageStage&, const double*, const double*, const std::uint8_t*,
                                   double*, double*);

}  // namespace kindred::train
