#pragma once

#include <Kokkos_Core.hpp>

#include "statistics/histogram_kernel.hpp"
#include "statistics/moments_kernel.hpp"

namespace kindred::statistics {

/// Moments and histogram of each block, one after the other while its values are near.
template <class Space, class T>
struct BlockSummaries {
  using execution_space = Space;
  PartMoments<Space, T> moments;
  BlockHistogram<Space, T> histogram;

  void operator()(std::int64_t worker) const { histogram.work(worker, moments); }
};

/// Moments and histograms, computed in one execution space.
template <class Space, class T>
class Summariser {
 public:
  explicit Summariser(std::span<const double> edges) : histograms_(edges) {}

  void compute(std::span<const BasicSegment<T>> segments, std::span<Moments> rows,
               std::span<std::uint32_t> counts) {
    const std::vector<Block<T>> blocks = make_blocks(segments);
    const std::size_t n = blocks.size();
    reserve(blocks_, "kindred::statistics::blocks", n);
    copy_in(blocks_, std::span(blocks));
    const auto moments = moments_.kernel(blocks_, n);
    const auto histogram = histograms_.kernel(blocks_, n, segments.size());
    constexpr int parts = Tuning<Space>::parts;
    const Range<Space> workers(0, histogram.workers * parts);
    if constexpr (parts == 1) {
      Kokkos::parallel_for("kindred::statistics::summarise", workers,
                           BlockSummaries<Space, T>{moments, histogram});
    } else {
      Kokkos::parallel_for("kindred::statistics::moments", Range<Space>(0, n * parts), moments);
      Kokkos::parallel_for("kindred::statistics::histogram", workers, histogram);
    }
    moments_.collect(blocks, rows);
    histograms_.collect(counts);
  }

 private:
  Kokkos::View<Block<T>*, Space> blocks_;
  BlockMoments<Space, T> moments_;
  RowHistograms<Space, T> histograms_;
};

}  // namespace kindred::statistics
