#include "train/native/product.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "train/native/lanes.hpp"

namespace kindred::train::native {
namespace {

// A tile of C, `R` rows of `N` vectors, stays in registers while the depth passes. It should be as square as
// the registers allow: then the fewest loads feed the most multiply-adds. Its shape changes no bits.
#if defined(__AVX512F__)
constexpr std::array most_rows = {14, 14, 8, 6};  // for N = 1, 2, 3, 4
#elif defined(__AVX2__) || defined(__aarch64__)
constexpr std::array most_rows = {6};
#else
constexpr std::array most_rows = {3};
#endif
constexpr int most_vectors = static_cast<int>(most_rows.size());

// Of a longer sum so much at a time that the rows of B stay in the cache while all rows of A pass.
constexpr std::int64_t most_depth = 256;

/// The tile at this row and column; the last of its vectors has `last` columns.
template <int R, int N>
void tile(const Product& p, std::int64_t row, std::int64_t column, int last) {
  Lanes sums[R][N];
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n)
      sums[r][n] = p.start ? load(p.start + (row + r) * p.start_row + column + n * lanes) : Lanes(0.0f);
  const float* a = p.a + row * p.a_row;
  const float* b = p.b + column;
  for (std::int64_t run = 0; run < p.runs; ++run, a += p.a_run, b += p.b_run) {
    const float *x = a, *y = b;
#pragma GCC unroll 4
    for (std::int64_t k = 0; k < p.depth; ++k, x += p.a_step, y += p.b_step) {
      Lanes vectors[N];
#pragma GCC unroll 4
      for (int n = 0; n < N; ++n) vectors[n] = load(y + n * lanes);
#pragma GCC unroll 16
      for (int r = 0; r < R; ++r)
#pragma GCC unroll 4
        for (int n = 0; n < N; ++n) sums[r][n] += x[r * p.a_row] * vectors[n];
    }
  }
  float* c = p.c + row * p.c_row + column;
#pragma GCC unroll 16
  for (int r = 0; r < R; ++r) {
#pragma GCC unroll 4
    for (int n = 0; n < N; ++n) {
      float* to = c + r * p.c_row + n * lanes;
      if (n + 1 < N || last == lanes) {
        store(sums[r][n], to);
      } else {
        float values[lanes];
        store(sums[r][n], values);
        std::copy_n(values, last, to);
      }
    }
  }
}

using Tile = void (*)(const Product&, std::int64_t, std::int64_t, int);

template <int N, int... R>
constexpr auto tiles_of(std::integer_sequence<int, R...>) {
  std::array<Tile, 17> tiles{};
  ((tiles[R + 1] = tile<R + 1, N>), ...);
  return tiles;
}

template <int... N>
constexpr auto all_tiles(std::integer_sequence<int, N...>) {
  return std::array<std::array<Tile, 17>, sizeof...(N)>{
      tiles_of<N + 1>(std::make_integer_sequence<int, most_rows[N]>())...};
}

/// tiles[N - 1][R]
constexpr auto tiles = all_tiles(std::make_integer_sequence<int, most_vectors>());

/// A length cut into nearly equal parts of at most `most`.
struct Parts {
  Parts(std::int64_t length, int most)
      : count(static_cast<int>(length) / most + (static_cast<int>(length) % most != 0)),
        size(count == 0 ? 0 : static_cast<int>(length) / count),
        larger(static_cast<int>(length) - size * count) {}
  int of(int i) const { return size + (i < larger); }
  int count, size, larger;  // the first `larger` ones have one more
};

/// All tiles, one column of them after another.
void multiply_part(const Product& p) {
  const Parts columns((p.columns + lanes - 1) / lanes, most_vectors);
  std::int64_t column = 0;
  for (int i = 0; i < columns.count; ++i) {
    const int vectors = columns.of(i);
    const auto width = static_cast<std::size_t>(vectors - 1);
    const std::int64_t next = column + vectors * lanes;
    const int last = next <= p.columns ? lanes : static_cast<int>(p.columns - next + lanes);
    const Parts rows(p.rows, most_rows[width]);
    std::int64_t row = 0;
    for (int j = 0; j < rows.count; ++j) {
      tiles[width][static_cast<std::size_t>(rows.of(j))](p, row, column, last);
      row += rows.of(j);
    }
    column = next;
  }
}

}  // namespace

void multiply(const Product& product) {
  if (product.runs > 1 || product.depth <= most_depth) return multiply_part(product);
  Product part = product;
  for (std::int64_t done = 0; done < product.depth; done += part.depth) {
    part.depth = std::min(most_depth, product.depth - done);
    part.a = product.a + done * product.a_step;
    part.b = product.b + done * product.b_step;
    multiply_part(part);
    part.start = part.c;
    part.start_row = part.c_row;
  }
}

}  // namespace kindred::train::native
