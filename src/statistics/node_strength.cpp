#include "statistics/node_strength.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "statistics/blocks_kernel.hpp"
#include "statistics/matrix_sums_kernel.hpp"

namespace kindred::statistics {
namespace {

bool channels_come_first(Order order) {
  return order == Order::out_channel_pixel || order == Order::channel_pixel_out;
}

/// Sums of the matrix [rows, columns], which is where `Space` computes; sums: [columns + rows], on the host.
template <class Space, class T>
void sum_each(SummedMatrix<T> matrix, std::span<double> sums) {
  const Kokkos::View<double*, Space> there(
      Kokkos::view_alloc(Kokkos::WithoutInitializing, "kindred::statistics::matrix_sums"), sums.size());
  matrix.sums = there.data();
  Kokkos::parallel_for("kindred::statistics::matrix_sums",
                       Range<Space>(0, static_cast<std::int64_t>(sums.size())), EachSum<Space, T>{matrix});
  copy_out(there, sums);
}

bool all_finite(std::span<const double> values) {
  double differences = 0;  // NaN as soon as one value is NaN or infinite
  const double* const v = values.data();
#pragma omp simd reduction(+ : differences)
  for (std::size_t i = 0; i < values.size(); ++i) differences += v[i] - v[i];
  return differences == 0;
}

template <class T>
void sum_matrix(const T* data, std::int64_t rows, std::int64_t columns, [[maybe_unused]] Memory memory,
                std::span<double> sums) {
  const SummedMatrix<T> matrix{data, rows, columns, sums.data()};
#ifdef KOKKOS_ENABLE_CUDA
  if (memory == Memory::cuda) return sum_each<Kokkos::Cuda>(matrix, sums);
#else
  KINDRED_EXPECT(memory == Memory::host);
#endif
  one_pass_sums(matrix);
  if (!all_finite(sums)) sum_each<Kokkos::DefaultHostExecutionSpace>(matrix, sums);
}

double standard_deviation(std::span<const double> values) {
  const double* const v = values.data();
  const std::size_t count = values.size();
  double sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
  for (std::size_t i = 0; i < count; ++i) sum += v[i];
  const double mean = sum / static_cast<double>(count);
#pragma omp simd reduction(+ : squares)
  for (std::size_t i = 0; i < count; ++i) squares += (v[i] - mean) * (v[i] - mean);
  return std::sqrt(squares / static_cast<double>(count));
}

}  // namespace

template <class T>
void NodeSums::add(const BasicSegment<T>& weight, const Matrix& matrix, std::span<const double> sums) {
  const bool out_first = out_comes_first(weight.order);
  const bool channels_first = matrix.pixels > 1 && channels_come_first(weight.order);
  const auto out = static_cast<std::size_t>(matrix.out);
  const auto own = out_first ? sums.last(out) : sums.first(out);
  const auto inputs = out_first ? sums.first(sums.size() - out) : sums.subspan(out);
  std::copy(own.begin(), own.end(), in_.begin() + matrix.incoming);
  if (!matrix.outgoing) return;
  double* const channel = out_.data() + *matrix.outgoing;
  std::fill_n(channel, matrix.channels, 0.0);
  const std::int64_t outer = channels_first ? matrix.channels : matrix.pixels, inner = matrix.in() / outer;
  for (std::int64_t i = 0; i < outer; ++i) {
    const double* const sum = inputs.data() + i * inner;
    if (channels_first) {
      channel[i] = std::accumulate(sum, sum + inner, 0.0);
    } else {
#pragma omp simd
      for (std::int64_t j = 0; j < inner; ++j) channel[j] += sum[j];
    }
  }
}

template <class T>
void NodeSums::compute(std::span<const BasicSegment<T>> segments, Memory memory, const Structure& structure,
                       NodeStrengths& strengths) {
  const auto nodes = static_cast<std::size_t>(structure.nodes());
  in_.assign(nodes, 1.0);
  out_.assign(nodes, 1.0);
  for (const auto& matrix : structure.matrices) {
    if (nodes == 0) break;  // matrices may be known where nodes are not
    const auto& weight = segments[matrix.weight];
    KINDRED_EXPECT(weight.size == matrix.out * matrix.in());
    const bool out_first = out_comes_first(weight.order);
    const std::int64_t length = matrix.out + matrix.in();
    const std::span sums(sums_.reserve(length), static_cast<std::size_t>(length));
    sum_matrix(weight.data, out_first ? matrix.out : matrix.in(), out_first ? matrix.in() : matrix.out,
               memory, sums);
    add(weight, matrix, sums);
    if (!matrix.bias) continue;
    // As a matrix of one row.
    sum_matrix(segments[*matrix.bias].data, 1, matrix.out, memory,
               sums.first(static_cast<std::size_t>(matrix.out) + 1));
    for (std::int64_t i = 0; i < matrix.out; ++i)
      in_[static_cast<std::size_t>(matrix.incoming + i)] += sums[static_cast<std::size_t>(i)];
  }
  strengths.in.assign(in_.begin(), in_.end());
  strengths.out.assign(out_.begin(), out_.end());
  for (std::size_t i = 0; i < nodes; ++i) in_[i] += out_[i];
  strengths.total.assign(in_.begin(), in_.end());
  strengths.fluctuation.clear();
  std::span<const double> left(in_);
  for (const auto size : structure.layers) {
    strengths.fluctuation.push_back(standard_deviation(left.first(static_cast<std::size_t>(size))));
    left = left.subspan(static_cast<std::size_t>(size));
  }
}

template void NodeSums::compute(std::span<const BasicSegment<float>>, Memory, const Structure&,
                                NodeStrengths&);
template void NodeSums::compute(std::span<const BasicSegment<double>>, Memory, const Structure&,
                                NodeStrengths&);

}  // namespace kindred::statistics
