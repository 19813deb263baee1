#include "compare/moment_scales.hpp"

#include <map>

#include "compare/moment_comparison.hpp"
#include "statistics/moments.hpp"

namespace kindred::compare {
namespace {

/// The moments [row, parameter, moment] of a cohort's done runs at the snapshot: a read for each run.
std::vector<double> read_moments(const Job& job, std::size_t cohort, const store::PopulationFile& file) {
  const auto source = job.source(cohort, 0, 0, file, nullptr);
  const auto length = source.cohort->parameters.size() * statistics::moment_names.size();
  std::vector<double> moments(source.valid->size() * length);
  for (std::size_t row = 0; row < source.valid->size(); ++row)
    if ((*source.valid)[row])
      read_snapshot(source, "moments", static_cast<std::int64_t>(row), 0,
                    std::span(moments).subspan(row * length, length));
  return moments;
}

}  // namespace

void fill_moment_scales(Job& job, const store::PopulationFile& file) {
  constexpr auto moments = statistics::moment_names.size();
  std::map<std::size_t, std::vector<double>> read;  // by cohort
  for (auto& scaled : job.scales) {
    std::vector<MomentFigures> all;
    for (const auto& [cohort, slice] : scaled.slices) {
      if (!read.contains(cohort)) read[cohort] = read_moments(job, cohort, file);
      const auto parameters = job.cohorts[cohort].parameters.size();
      for (std::size_t row = 0; row < job.valid[cohort].size(); ++row) {
        if (!job.valid[cohort][row]) continue;
        const auto at = (row * parameters + static_cast<std::size_t>(slice)) * moments;
        if (const auto figures = moment_figures(std::span(read[cohort]).subspan(at, moments)))
          all.push_back(*figures);
      }
    }
    *scaled.scale = moment_scale(all);
  }
}

void fill_moment_scales(Job& job, const store::PopulationFile& file, const parallel::Communicator& world) {
  world.root_only([&] { fill_moment_scales(job, file); });
  std::vector<MomentScale> scales;
  for (const auto& scaled : job.scales) scales.push_back(*scaled.scale);
  scales = world.broadcast(std::move(scales));
  for (std::size_t k = 0; k < job.scales.size(); ++k) *job.scales[k].scale = scales[k];
}

}  // namespace kindred::compare
