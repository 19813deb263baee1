#include "sweep/expand.hpp"

#include <fmt/format.h>

#include "sweep/sampling.hpp"

namespace kindred::sweep {
namespace {

std::int64_t checked_size(const std::vector<Part>& parts) {
  std::int64_t total = 0;
  for (const Part& part : parts) {
    std::int64_t size = part.seed_count;
    const auto check = [&](bool fits) {
      if (!fits)
        throw Refusal{part.line, "[[sweep]]", fmt::format("more than {} runs in all", most_runs),
                      "shorten an axis, the samples or the seeds"};
    };
    const auto multiply = [&](std::int64_t factor) {
      check(factor <= most_runs / size);
      size *= factor;
    };
    check(size <= most_runs);
    if (part.samples) multiply(*part.samples);
    if (!part.samples)
      for (const Axis& axis : part.axes) multiply(static_cast<std::int64_t>(axis.choices.size()));
    total += size;
    check(total <= most_runs);
  }
  return total;
}

void take(Draft& draft, const Axis& axis, const Axis::Choice& choice) {
  draft.values[axis.key] = choice.value;
  draft.lines[axis.key] = choice.line;
}

void add_runs(Draft draft, const Part& part, std::vector<RunSettings>& runs) {
  leave_out_of_scope(draft.values);
  check_combination(draft);
  RunSettings run(std::move(draft.values));
  for (std::int64_t s = 0; s < part.seed_count; ++s) {
    run.seed = part.seeds.empty() ? s : part.seeds[static_cast<std::size_t>(s)];
    runs.push_back(run);
  }
}

void expand_grid(const Draft& base, const Part& part, std::vector<RunSettings>& runs) {
  std::vector<std::size_t> at(part.axes.size(), 0);
  for (;;) {
    Draft draft = base;
    for (std::size_t a = 0; a < at.size(); ++a) take(draft, part.axes[a], part.axes[a].choices[at[a]]);
    add_runs(std::move(draft), part, runs);
    std::size_t a = at.size();
    while (a > 0 && ++at[a - 1] == part.axes[a - 1].choices.size()) at[--a] = 0;
    if (a == 0) return;
  }
}

void expand_samples(const Draft& base, const Part& part, std::vector<RunSettings>& runs) {
  for (std::int64_t sample = 0; sample < *part.samples; ++sample) {
    Draft draft = base;
    for (const Axis& axis : part.axes) take(draft, axis, draw(axis, part.sample_seed, sample));
    add_runs(std::move(draft), part, runs);
  }
}

}  // namespace

std::vector<RunSettings> expand(const Draft& base, const std::vector<Part>& parts) {
  std::vector<RunSettings> runs;
  runs.reserve(static_cast<std::size_t>(checked_size(parts)));
  for (const Part& part : parts)
    part.samples ? expand_samples(base, part, runs) : expand_grid(base, part, runs);
  return runs;
}

}  // namespace kindred::sweep
