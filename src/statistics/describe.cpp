#include "statistics/describe.hpp"

#include <Kokkos_Core.hpp>

#include "core/error.hpp"
#include "statistics/histogram_kernel.hpp"
#include "statistics/moments_kernel.hpp"
#include "statistics/quantiles.hpp"

namespace kindred::statistics {
namespace {

/// Moments and histograms, computed in one execution space.
template <class Space>
class Summariser {
 public:
  explicit Summariser(std::span<const double> edges) : histograms_(edges) {}

  void compute(std::span<const Segment> segments, std::span<Moments> rows, std::span<std::uint32_t> counts) {
    const std::vector<Block> blocks = make_blocks(segments);
    reserve(blocks_, "kindred::statistics::blocks", blocks.size());
    copy_in(blocks_, std::span<const Block>(blocks));
    moments_.compute(blocks_, blocks, rows);
    histograms_.compute(blocks_, blocks.size(), counts);
  }

 private:
  Kokkos::View<Block*, Space> blocks_;
  BlockMoments<Space> moments_;
  RowHistograms<Space> histograms_;
};

template <class Space>
void summarise(std::unique_ptr<Summariser<Space>>& summariser, std::span<const double> edges,
               std::span<const Segment> segments, std::span<Moments> rows, std::span<std::uint32_t> counts) {
  if (!summariser) summariser = std::make_unique<Summariser<Space>>(edges);
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

struct Describer::Implementation {
  explicit Implementation(const DescribeOptions& options)
      : edges(histogram_edges(options)), columns(edges.size()), quantiles(quantile_probabilities(options)) {}

  void summarise_in(Memory memory, std::span<const Segment> segments, std::span<Moments> summaries,
                    std::span<std::uint32_t> counts) {
    const auto bounds = std::span<const double>(edges).subspan(1);  // without -infinity
    if (memory == Memory::host) return summarise(host, bounds, segments, summaries, counts);
#ifdef KOKKOS_ENABLE_CUDA
    return summarise(cuda, bounds, segments, summaries, counts);
#else
    throw usage_error(
        "statistics of GPU memory ({} has no CUDA backend) build against a Kokkos that has it (Kokkos_ROOT), "
        "or use --device cpu",
        kokkos_version());
#endif
  }

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
      copies.push_back({next, s.size});
      next += s.size;
    }
#endif
    return copies;
  }

  std::vector<double> edges;
  std::size_t columns;
  Quantiles quantiles;
  std::vector<Moments> rows;
  std::vector<float> values;    ///< host copy of GPU memory
  std::vector<Segment> copies;  ///< its segments
  std::unique_ptr<Summariser<Kokkos::DefaultHostExecutionSpace>> host;
#ifdef KOKKOS_ENABLE_CUDA
  std::unique_ptr<Summariser<Kokkos::Cuda>> cuda;
#endif
};

Describer::Describer(const DescribeOptions& options)
    : options_(options), self_(std::make_unique<Implementation>(options)) {}
Describer::~Describer() = default;
Describer::Describer(Describer&&) noexcept = default;
Describer& Describer::operator=(Describer&&) noexcept = default;

void Describer::describe(std::span<const Segment> segments, Memory memory, Description& out) {
  const std::size_t count = segments.size(), columns = self_->columns;
  for ([[maybe_unused]] const Segment& segment : segments)
    KINDRED_EXPECT(segment.size == 0 || (segment.size > 0 && segment.data != nullptr));

  self_->rows.assign(count + 1, Moments());
  out.histogram.resize((count + 1) * columns);
  const auto counts = std::span(out.histogram).first(count * columns);
  self_->summarise_in(memory, segments, std::span(self_->rows).first(count), counts);

  Moments& all = self_->rows.back();
  std::uint32_t* all_counts = out.histogram.data() + count * columns;
  std::fill_n(all_counts, columns, 0u);
  for (std::size_t s = 0; s < count; ++s) {
    merge(all, self_->rows[s]);
    for (std::size_t k = 0; k < columns; ++k) all_counts[k] += counts[s * columns + k];
  }
  out.moments.clear();
  for (const Moments& row : self_->rows) {
    const MomentRow values = row.row();
    out.moments.insert(out.moments.end(), values.begin(), values.end());
  }

  out.quantiles.resize((count + 1) * static_cast<std::size_t>(options_.quantiles));
  self_->quantiles.compute(self_->on_host(memory, segments), out.quantiles);
}

}  // namespace kindred::statistics
