#include <set>

#include "sweep/expand.hpp"
#include "sweep/sweep_file.hpp"
#include "target.hpp"

using namespace kindred;

static_assert(sweep::most_runs <= 1000, "larger sweeps only take time");

/// A sweep file, expanded.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::reading(ExitCode::usage, [&] {
    const auto sweep = sweep::parse_sweep(std::string(fuzz::text_of({data, size})), "sweep.toml");
    fuzz::require(!sweep.runs.empty() && sweep.duplicates >= 0, "a sweep has runs");
    std::set<std::uint64_t> identities;
    for (const auto& run : sweep.runs)
      fuzz::require(identities.insert(run.identity()).second, "runs differ in their identity");
    fuzz::require(sweep::describe_difference(sweep, sweep).empty(), "a sweep is the same as itself");
    fuzz::require(!sweep.record_text().empty(), "a record has settings");
  });
  return 0;
}
