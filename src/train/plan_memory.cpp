#include "train/plan_memory.hpp"

#include <algorithm>
#include <map>

#include "population/reduce.hpp"

namespace kindred::train {
namespace {

// MPI, its connections and the parallel HDF5 library, which planning does not start.
constexpr std::int64_t libraries = 24 << 20;

std::int64_t bytes_of(const std::vector<store::Array>& arrays) {
  std::int64_t bytes = 0;
  for (const auto& array : arrays)
    bytes += array.row_length() * static_cast<std::int64_t>(store::size_of(array.type));
  return bytes;
}

}  // namespace

std::int64_t plan_memory(std::int64_t timed, const std::vector<Cohort>& cohorts,
                         const store::PopulationLayout& layout, const std::vector<Pack>& packs,
                         std::int64_t ranks) {
  std::map<std::string_view, std::int64_t> datasets;
  for (const auto& cohort : cohorts)
    datasets[cohort.dataset->name] = static_cast<std::int64_t>(data::dataset_bytes(*cohort.dataset));
  std::int64_t images = 0, most = 0;
  for (const auto& [name, bytes] : datasets) images += bytes;
  for (const auto& pack : packs) {
    const auto& cohort = cohorts[pack.cohort];
    const auto order = cohort.train_samples * static_cast<std::int64_t>(sizeof(std::uint32_t));
    most = std::max(most, static_cast<std::int64_t>(pack.runs.size()) *
                              (bytes_of(layout.cohorts[pack.cohort].arrays) + order));
  }
  // The statistics over the population come after the training.
  for (const auto& cohort : layout.cohorts) most = std::max(most, population::reduction_bytes(cohort, ranks));
  return timed + images + most + libraries;
}

}  // namespace kindred::train
