#include "compare/announcement.hpp"

#include <algorithm>

#include "compare/histogram_range.hpp"
#include "core/log.hpp"
#include "core/time.hpp"
#include "store/disk.hpp"

namespace kindred::compare {

void announce(const Job& job, const store::PopulationFile& population, const std::vector<Task>& tasks,
              const CompareOptions& options, int ranks, std::size_t kept) {
  for (const auto& line : job.left_out) log::warn("{}", line);
  for (const auto& line : histogram_range_lines(job, population)) log::warn("{}", line);
  for (std::size_t c = 0; c < job.cohorts.size(); ++c)
    if (std::ranges::find(job.valid[c], true) == job.valid[c].end())
      log::warn("cohort {}: no run is done, so there is no value", job.cohorts[c].name);
  const auto states = population.states();
  const auto count = [&](store::State state) { return std::ranges::count(states, state); };
  if (const auto done = count(store::State::done); done < std::ssize(states))
    log::info("{} of {} runs are done ({} pending, {} diverged, {} failed): those alone have values", done,
              states.size(), count(store::State::pending), count(store::State::diverged),
              count(store::State::failed));
  std::size_t matrices = 0;
  for (const auto& scope : job.layout.cohorts)
    for (const auto& matrix : scope.matrices) matrices += std::max<std::size_t>(1, matrix.slices.size());
  // The estimate is a CPU's.
  const auto time = duration_text(cost_of(tasks) / ranks + 1);
  const auto estimate = job.device.accelerator ? fmt::format("at most about {} on {}", time, job.device.name)
                                               : fmt::format("about {}", time);
  log::info("{}: {} matrices of {} cohort{}, {}, {}{}", options.output, matrices, job.cohorts.size(),
            job.cohorts.size() == 1 ? "" : "s", store::readable_bytes(job.layout.bytes()), estimate,
            kept > 0 ? fmt::format(" left, {} tiles of an earlier start are kept", kept) : "");
}

}  // namespace kindred::compare
