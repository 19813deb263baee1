#include "compare/histogram_range.hpp"

#include <fmt/format.h>

#include <map>

namespace kindred::compare {
namespace {

/// How many done runs have over 5 % of the source's parameter outside.
std::int64_t runs_outside(const Source& source) {
  const auto bins = source.file->array(source.cohort->name, "histogram").dimensions.back().size;
  const auto size =
      static_cast<double>(source.cohort->parameters[static_cast<std::size_t>(source.slice)].size);
  std::int64_t count = 0;
  for (std::size_t row = 0; row < source.valid->size(); ++row) {
    if (!(*source.valid)[row]) continue;
    std::uint32_t below = 0, above = 0;
    const auto run = static_cast<std::int64_t>(row);
    read_snapshot(source, "histogram", run, source.slice * bins, std::span(&below, 1));
    read_snapshot(source, "histogram", run, source.slice * bins + bins - 1, std::span(&above, 1));
    count += static_cast<double>(below) + static_cast<double>(above) > 0.05 * size;
  }
  return count;
}

}  // namespace

std::vector<std::string> histogram_range_lines(const Job& job, const store::PopulationFile& file) {
  struct Worst {
    std::int64_t runs = 0;
    std::string parameter;
  };
  std::map<std::size_t, Worst> worst;
  for (const auto& unit : job.units) {
    if (unit.metrics.front().family != Family::histograms || !unit.triangle()) continue;
    const auto runs = runs_outside(job.source(unit.left, unit.left_slice, 0, file, nullptr));
    if (auto& known = worst[unit.left]; runs > known.runs)
      known = {runs, job.cohorts[unit.left].parameters[static_cast<std::size_t>(unit.left_slice)].name};
  }
  std::vector<std::string> lines;
  for (const auto& [cohort, found] : worst)
    if (found.runs > 0)
      lines.push_back(fmt::format(
          "cohort {}: in {} of {} runs over 5 % of {} lies outside of the histogram's range, which "
          "jensen_shannon sees as two bins (a wider record.histogram_range tells them apart)",
          job.cohorts[cohort].name, found.runs, job.cohorts[cohort].runs.size(), found.parameter));
  return lines;
}

}  // namespace kindred::compare
