#include "statistics/one_pass_sums.hpp"

#include <algorithm>
#include <experimental/simd>
#include <utility>

namespace kindred::statistics {
namespace {

/// Calls visit(0) ... visit(count - 1) with constants, so that arrays indexed by them are registers.
template <int count, class Visit>
void unrolled(const Visit& visit) {
  [&]<int... k>(std::integer_sequence<int, k...>) { (visit(std::integral_constant<int, k>()), ...); }
  (std::make_integer_sequence<int, count>());
}

template <class T>
class OnePassSums {
 public:
  explicit OnePassSums(const SummedMatrix<T>& matrix) : m_(matrix), row_sums_(matrix.sums + matrix.columns) {}

  void compute() const {
    std::fill_n(m_.sums, m_.columns, 0.0);
    std::int64_t row = 0;
    for (; row + 8 <= m_.rows; row += 8) take_rows<8>(row);
    for (; row < m_.rows; ++row) take_rows<1>(row);
  }

 private:
  static constexpr int lanes = 16, stretch = 8 * lanes;
  static constexpr auto aligned = std::experimental::element_aligned;
  using Values = std::experimental::fixed_size_simd<T, lanes>;

  // A plain loop: conversions of std::experimental::simd are slow with GCC 12, and it warns of them.
  static void add(const T (&values)[lanes], double* sums) {
#pragma omp simd
    for (int lane = 0; lane < lanes; ++lane) sums[lane] += static_cast<double>(values[lane]);
  }

  template <int rows>
  void take_rows(std::int64_t row) const {
    const std::int64_t ld = m_.columns, whole = ld / lanes * lanes;
    const T* const w = m_.data + row * ld;
    alignas(64) T met[rows][lanes];
    alignas(64) double sums[rows][lanes];
    unrolled<rows>([&](auto k) { std::fill_n(sums[k], lanes, 0.0); });
    for (std::int64_t first = 0; first < whole; first += stretch) {
      take_stretch<rows>(w + first, ld, m_.sums + first, std::min<std::int64_t>(stretch, whole - first), met);
      unrolled<rows>([&](auto k) { add(met[k], sums[k]); });
    }
    unrolled<rows>([&](auto k) {
      double sum = 0;
#pragma omp simd reduction(+ : sum)
      for (int lane = 0; lane < lanes; ++lane) sum += sums[k][lane];
      row_sums_[row + k] = sum;
    });
    for (int k = 0; k < rows; ++k)
      for (std::int64_t c = whole; c < ld; ++c) {
        const auto value = static_cast<double>(w[k * ld + c]);
        row_sums_[row + k] += value;
        m_.sums[c] += value;
      }
  }

  /// Adds to the columns' sums; the rows' are left by lane in `met`.
  template <int rows>
  static void take_stretch(const T* w, std::int64_t ld, double* columns, std::int64_t count,
                           T (&met)[rows][lanes]) {
    Values row_sums[rows];
    unrolled<rows>([&](auto k) { row_sums[k] = T(0); });
    for (std::int64_t c = 0; c < count; c += lanes) {
      Values v[rows];
      unrolled<rows>([&](auto k) {
        v[k].copy_from(w + k * ld + c, aligned);
        row_sums[k] += v[k];
      });
      if constexpr (rows == 8) {
        unrolled<4>([&](auto k) { v[k] += v[k + 4]; });
        unrolled<2>([&](auto k) { v[k] += v[k + 2]; });
        v[0] += v[1];
      }
      alignas(64) T values[lanes];
      v[0].copy_to(values, aligned);
      add(values, columns + c);
    }
    unrolled<rows>([&](auto k) { row_sums[k].copy_to(met[k], aligned); });
  }

  SummedMatrix<T> m_;
  double* row_sums_;
};

}  // namespace

template <class T>
void one_pass_sums(const SummedMatrix<T>& matrix) {
  OnePassSums<T>(matrix).compute();
}

template void one_pass_sums(const SummedMatrix<float>&);
template void one_pass_sums(const SummedMatrix<double>&);

}  // namespace kindred::statistics
