#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "statistics/double_buffer.hpp"
#include "statistics/segment.hpp"
#include "statistics/structure.hpp"

namespace kindred::statistics {

/// Node strengths of a network (La Malfa et al. 2021, arXiv:2110.02628, for dense layers; of a convolution a
/// node is a channel, and its strengths sum over its kernels).
struct NodeStrengths {
  std::vector<float> in;     ///< [nodes], sums of a node's incoming weights and its bias; 1 without any
  std::vector<float> out;    ///< [nodes], sums of its outgoing weights; 1 without any
  std::vector<float> total;  ///< [nodes], the sum of both
  std::vector<double> fluctuation;  ///< [layers], the standard deviation (1/n) of `total` in a layer
};

/// Sums the weights of nodes by Kokkos kernels where the segments' memory is; Independent. NaN and infinite
/// weights enter no sum. Sums are in double but for the first eight values that meet, so a strength's error
/// is 8 roundings of T relative to the sum of the absolute weights. Holds scratch memory.
class NodeSums {
 public:
  /// `segments` are those of the structure. Everything is empty where its nodes are not known.
  template <class T>
  void compute(std::span<const BasicSegment<T>> segments, Memory memory, const Structure& structure,
               NodeStrengths& strengths);

 private:
  template <class T>
  void add(const BasicSegment<T>& weight, const Matrix& matrix, std::span<const double> sums);

  DoubleBuffer sums_;
  std::vector<double> in_, out_;
};

}  // namespace kindred::statistics
