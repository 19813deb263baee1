#include "train/pack_size.hpp"

#include <map>

#include "core/log.hpp"

namespace kindred::train {
namespace {

constexpr double worthwhile = 0.9;

std::int64_t choose(const Cohort& cohort, const std::vector<sweep::RunSettings>& members, StepTimer& timer) {
  const auto per_run = [&](std::size_t size) {
    return timer.seconds(cohort, std::span(members).first(size)) / static_cast<double>(size);
  };
  std::size_t size = 1;
  try {
    double best = per_run(1);
    for (std::size_t next = 2; next <= members.size(); next *= 2) {
      const double seconds = per_run(next);
      log::debug("{}: {} runs together take {:.3g} s each", cohort.name, next, seconds);
      if (seconds > worthwhile * best) break;
      best = seconds;
      size = next;
    }
  } catch (const OutOfDeviceMemory& error) {
    log::debug("{}: more than {} runs together do not fit ({})", cohort.name, size, error.what());
  }
  return static_cast<std::int64_t>(size);
}

}  // namespace

std::vector<std::int64_t> choose_pack_sizes(const sweep::Sweep& sweep, const std::vector<Cohort>& cohorts,
                                            const std::vector<store::State>& states, const Engine& engine,
                                            StepTimer& timer, std::int64_t ranks) {
  std::vector<std::int64_t> sizes(cohorts.size(), 1);
  if (!engine.gains_from_packs()) return sizes;
  std::map<std::size_t, std::vector<std::int64_t>> largest;
  for (auto& [cohort, runs] : compatible_runs(sweep, cohorts, states))
    if (auto& known = largest[cohort]; known.size() < runs.size()) known = std::move(runs);
  for (auto& [cohort, runs] : largest) {
    runs.resize(std::max<std::size_t>(1, runs.size() / static_cast<std::size_t>(ranks)));
    std::vector<sweep::RunSettings> members;
    for (const auto run : runs) members.push_back(sweep.runs[static_cast<std::size_t>(run)]);
    sizes[cohort] = choose(cohorts[cohort], members, timer);
  }
  return sizes;
}

}  // namespace kindred::train
