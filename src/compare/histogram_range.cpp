#include "compare/histogram_range.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kindred::compare {
namespace {

/// How many done runs have over 5 % of each parameter of a cohort outside. Reads every run's histograms once.
std::vector<std::int64_t> runs_outside(const Source& source) {
  const auto& parameters = source.cohort->parameters;
  const auto bins = static_cast<std::size_t>(source.cohort->bins);
  std::vector<std::int64_t> runs(parameters.size());
  std::vector<std::uint32_t> counts(parameters.size() * bins);
  for (std::size_t row = 0; row < source.valid->size(); ++row) {
    if (!(*source.valid)[row]) continue;
    read_snapshot(source, "histogram", static_cast<std::int64_t>(row), 0, std::span(counts));
    for (std::size_t p = 0; p < parameters.size(); ++p) {
      const auto outside =
          static_cast<double>(counts[p * bins]) + static_cast<double>(counts[(p + 1) * bins - 1]);
      runs[p] += outside > 0.05 * static_cast<double>(parameters[p].size);
    }
  }
  return runs;
}

}  // namespace

std::vector<std::string> histogram_range_lines(const Job& job, const store::PopulationFile& file) {
  std::vector<std::vector<bool>> compared(job.cohorts.size());  // by parameter
  for (const auto& unit : job.units)
    if (unit.metrics.front().family == Family::histograms && unit.triangle()) {
      compared[unit.left].resize(job.cohorts[unit.left].parameters.size());
      compared[unit.left][static_cast<std::size_t>(unit.left_slice)] = true;
    }
  std::vector<std::string> lines;
  for (std::size_t c = 0; c < compared.size(); ++c) {
    if (compared[c].empty()) continue;
    auto runs = runs_outside(job.source(c, 0, 0, file, nullptr));
    for (std::size_t p = 0; p < runs.size(); ++p)
      if (!compared[c][p]) runs[p] = 0;
    const auto worst = std::ranges::max_element(runs);
    if (*worst > 0)
      lines.push_back(fmt::format(
          "cohort {}: in {} of {} runs over 5 % of {} lies outside of the histogram's range, which "
          "jensen_shannon sees as two bins (a wider record.histogram_range tells them apart)",
          job.cohorts[c].name, *worst, job.cohorts[c].runs.size(),
          job.cohorts[c].parameters[static_cast<std::size_t>(worst - runs.begin())].name));
  }
  return lines;
}

}  // namespace kindred::compare
