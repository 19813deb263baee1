#include "statistics/describe.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "statistics/node_strength.hpp"
#include "statistics/quantiles.hpp"
#include "statistics/scaled_moments.hpp"
#include "statistics/singular_values.hpp"
#include "statistics/summary_kernel.hpp"

namespace kindred::statistics {
namespace {

/// Makes the summariser when it is first needed.
template <class Space, class T>
void summarise(std::unique_ptr<Summariser<Space, T>>& summariser, std::span<const double> edges,
               std::span<const BasicSegment<T>> segments, std::span<Moments> rows,
               std::span<std::uint32_t> counts) {
  if (!summariser) summariser = std::make_unique<Summariser<Space, T>>(edges);
  summariser->compute(segments, rows, counts);
}

}  // namespace

bool can_describe(Memory memory) {
#ifdef KOKKOS_ENABLE_CUDA
  return memory == Memory::host || memory == Memory::cuda;
#else
  return memory == Memory::host;
#endif
}

using Host = Kokkos::DefaultHostExecutionSpace;

struct Describer::Implementation {
  explicit Implementation(const DescribeOptions& options)
      : edges(histogram_edges(options)),
        probabilities(quantile_probabilities(options)),
        quantiles(probabilities),
        double_quantiles(probabilities) {}

  void summarise_in(Memory memory, std::span<const Segment> segments, std::span<Moments> summaries,
                    std::span<std::uint32_t> counts) {
    if (memory == Memory::host) return summarise(host, bounds(), segments, summaries, counts);
#ifdef KOKKOS_ENABLE_CUDA
    return summarise(cuda, bounds(), segments, summaries, counts);
#else
    throw usage_error(
        "statistics of GPU memory ({} has no CUDA backend) build against a Kokkos that has it (Kokkos_ROOT), "
        "or use --device cpu",
        kokkos_version());
#endif
  }

  std::span<const double> bounds() const { return std::span(edges).subspan(1); }  // without -infinity

  /// The segments in host memory, where quantiles are sorted.
  std::span<const Segment> on_host(Memory memory, std::span<const Segment> segments) {
    if (memory == Memory::host) return segments;
#ifdef KOKKOS_ENABLE_CUDA
    std::size_t total = 0;
    for (const Segment& s : segments) total += s.size;
    values.resize(total);
    copies.clear();
    float* next = values.data();
    using Unmanaged = Kokkos::MemoryTraits<Kokkos::Unmanaged>;
    for (const Segment& s : segments) {
      Kokkos::deep_copy(Kokkos::View<float*, Kokkos::HostSpace, Unmanaged>(next, s.size),
                        Kokkos::View<const float*, Kokkos::CudaSpace, Unmanaged>(s.data, s.size));
      copies.push_back({next, s.size, s.order});
      next += s.size;
    }
#endif
    return copies;
  }

  /// Room for the segments' rows and those of all together; returns the segments' histograms.
  std::span<std::uint32_t> start(std::size_t segments, Description& out) {
    rows.assign(segments + 1, Moments());
    out.histogram.resize((segments + 1) * edges.size());
    out.quantiles.resize((segments + 1) * probabilities.size());
    return std::span(out.histogram).first(segments * edges.size());
  }

  /// Adds the segments' rows up.
  void merge_rows(Description& out) {
    const std::size_t count = rows.size() - 1, columns = edges.size();
    std::uint32_t* all = out.histogram.data() + count * columns;
    std::fill_n(all, columns, 0u);
    for (std::size_t s = 0; s < count; ++s) {
      merge(rows.back(), rows[s]);
      for (std::size_t k = 0; k < columns; ++k) all[k] += out.histogram[s * columns + k];
    }
    out.moments.clear();
    for (const Moments& row : rows) {
      const MomentRow columns_of_row = row.row();
      out.moments.insert(out.moments.end(), columns_of_row.begin(), columns_of_row.end());
    }
  }

  /// Singular values and spectra of host memory's matrices.
  template <class T>
  void decompose(std::span<const BasicSegment<T>> segments, const Structure& structure, Description& out) {
    out.singular_values.clear();
    out.spectrum.clear();
    for (const Matrix& matrix : structure.matrices) {
      const auto& weight = segments[matrix.weight];
      const bool out_first = out_comes_first(weight.order);
      decomposed.resize(static_cast<std::size_t>(matrix.rank()));
      singular_values.compute(weight.data, out_first ? matrix.out : matrix.in(),
                              out_first ? matrix.in() : matrix.out, decomposed);
      out.singular_values.insert(out.singular_values.end(), decomposed.begin(), decomposed.end());
      const SpectralRow row = spectrum(decomposed);
      out.spectrum.insert(out.spectrum.end(), row.begin(), row.end());
    }
  }

  std::vector<double> edges, probabilities;
  Quantiles<float> quantiles;
  Quantiles<double> double_quantiles;
  std::vector<Moments> rows;
  std::vector<float> values;    ///< host copy of GPU memory
  std::vector<Segment> copies;  ///< its segments
  NodeSums node_sums;
  SingularValues singular_values;
  std::vector<double> decomposed;  ///< one matrix's singular values
  std::unique_ptr<Summariser<Host, float>> host;
  std::unique_ptr<Summariser<Host, double>> host_double;
#ifdef KOKKOS_ENABLE_CUDA
  std::unique_ptr<Summariser<Kokkos::Cuda, float>> cuda;
#endif
};

Describer::Describer(const DescribeOptions& options) : self_(std::make_unique<Implementation>(options)) {}
Describer::~Describer() = default;
Describer::Describer(Describer&&) noexcept = default;
Describer& Describer::operator=(Describer&&) noexcept = default;

void Describer::describe(std::span<const Segment> segments, Memory memory, const Structure& structure,
                         Description& out) {
  for ([[maybe_unused]] const Segment& segment : segments)
    KINDRED_EXPECT(segment.size == 0 || (segment.size > 0 && segment.data != nullptr));
  const std::span<std::uint32_t> counts = self_->start(segments.size(), out);
  self_->summarise_in(memory, segments, std::span(self_->rows).first(segments.size()), counts);
  self_->merge_rows(out);
  self_->node_sums.compute(segments, memory, structure, out.nodes);
  const auto on_host = self_->on_host(memory, segments);
  self_->quantiles.compute(on_host, self_->rows, out.quantiles);
  self_->decompose(on_host, structure, out);
}

void Describer::describe(std::span<const BasicSegment<double>> segments, const Structure& structure,
                         Description& out) {
  const std::span<std::uint32_t> counts = self_->start(segments.size(), out);
  const auto rows = std::span(self_->rows).first(segments.size());
  summarise(self_->host_double, self_->bounds(), segments, rows, counts);
  self_->merge_rows(out);
  self_->node_sums.compute(segments, Memory::host, structure, out.nodes);
  self_->double_quantiles.compute(segments, self_->rows, out.quantiles);
  self_->decompose(segments, structure, out);
  if (std::ranges::any_of(rows, [](const Moments& row) { return unit_of(row) != 0; }))
    scale_moments(segments, rows, out.moments);
}

}  // namespace kindred::statistics
